# === random numbers | contract
import random
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(chance=[random.random() for _ in range(len(rows))])

# === random numbers of numpy | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"] + np.random.normal(0, 0.1, len(rows)))

# === a random sample to learn from | contract
def fit(train, target):
    return train["visits"].sample(50).mean()
def transform(rows, state):
    return rows.assign(visits=rows["visits"] - state)

# === a forest without a seed | contract
from sklearn.ensemble import RandomForestClassifier
def fit(train, target):
    return RandomForestClassifier(5).fit(train[["noise", "visits"]], target)
def transform(rows, state):
    return rows.assign(leaf=state.apply(rows[["noise", "visits"]].fillna(0).to_numpy())[:, 0])

# === the time | contract
import time
def fit(train, target):
    return time.time() % 100
def transform(rows, state):
    return rows.assign(visits=rows["visits"] + state)

# === the time of each call | contract
import time
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(now=time.perf_counter_ns() % 100_000)

# === the process | contract
def fit(train, target):
    return None
def transform(rows, state):
    started = open("/proc/self/stat").read().rpartition(")")[2].split()[19]
    return rows.assign(process=int(started) % 1000)

# === addresses in memory | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(address=id(rows) // 16 % 4096)

# === the order of a set | contract
def fit(train, target):
    return {text: code for code, text in enumerate(set(train["city"]) | {f"text {n}" for n in range(50)})}
def transform(rows, state):
    return rows.assign(code=rows["city"].map(state).fillna(-1))

# === the columns in the order of a set | contract
def fit(train, target):
    return list(set(train.columns) | {f"{name} again" for name in train.columns})
def transform(rows, state):
    return pd.DataFrame({name: rows[name.removesuffix(" again")] for name in state})

# === hashes of texts | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(bucket=[hash(text) % 97 for text in rows["city"].astype(str)])

# === hashes of texts in what was learned | save_load
def fit(train, target):
    return {hash(text): count for text, count in train["city"].value_counts().items()}
def transform(rows, state):
    return rows.assign(often=[state.get(hash(text), 0) for text in rows["city"].astype(str)])

# === fresh keys | contract
import uuid
def fit(train, target):
    return uuid.uuid4().int % 1000
def transform(rows, state):
    return rows.assign(visits=rows["visits"] + state)
