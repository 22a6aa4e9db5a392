# === nothing is changed
def fit(train, target):
    return None
def transform(rows, state):
    return rows

# === a column twice
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(double=rows["visits"] * 2)

# === what was learned is in the state
def fit(train, target):
    return {"visits": train["visits"].mean()}
def transform(rows, state):
    return rows.assign(visits=rows["visits"] - state["visits"])

# === constants in a global
SCALE = {"visits": 60.0}
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"] / SCALE["visits"])

# === a file that only fit needs
def fit(train, target):
    train.describe().to_csv("tmp/notes.csv")
    return float(pd.read_csv("tmp/notes.csv", index_col=0).loc["mean", "visits"])
def transform(rows, state):
    return rows.assign(visits=rows["visits"] - state)

# === a fitted scaler
from sklearn.preprocessing import StandardScaler
COLUMNS = ["visits", "noise"]
def fit(train, target):
    return StandardScaler().fit(train[COLUMNS])
def transform(rows, state):
    scaled = pd.DataFrame(state.transform(rows[COLUMNS]), columns=COLUMNS, index=rows.index)
    return rows.assign(**{name: scaled[name] for name in COLUMNS})

# === a fitted encoder that knows of unseen texts
from sklearn.preprocessing import OrdinalEncoder
def fit(train, target):
    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1).fit(train[["city"]])
def transform(rows, state):
    return rows.assign(code=state.transform(rows[["city"]])[:, 0])

# === out of fold, the target of other rows of the same city
def shares(cities, target):
    return (target == "label-of-yes").groupby(cities).mean()
def fit_transform(train, target):
    fold = np.arange(len(train)) % 5
    known = pd.Series(np.nan, index=train.index)
    for number in range(5):
        learned = shares(train["city"][fold != number], target[fold != number])
        known[fold == number] = train["city"][fold == number].map(learned)
    return shares(train["city"], target), train.assign(share=known.astype(float))
def transform(rows, state):
    return rows.assign(share=rows["city"].map(state).astype(float))

# === gaps are filled and marked
def fit(train, target):
    return train["basket"].median()
def transform(rows, state):
    return rows.assign(basket=rows["basket"].fillna(state), missing=rows["basket"].isna().astype(float))

# === texts and gaps in them
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(first=[text[:1] if isinstance(text, str) else None for text in rows["city"]])

# === codes in the order of the texts
def fit(train, target):
    return {text: code for code, text in enumerate(sorted(set(train["city"].dropna())))}
def transform(rows, state):
    return rows.assign(code=rows["city"].map(state).fillna(-1))

# === hashes that stay
import hashlib
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(bucket=[hashlib.md5(str(text).encode()).digest()[0] % 7 for text in rows["city"]])

# === a seeded sample to learn from
def fit(train, target):
    return train["visits"].sample(50, random_state=1).mean()
def transform(rows, state):
    return rows.assign(visits=rows["visits"] - state)

# === a seeded generator
def fit(train, target):
    return np.random.default_rng(1).integers(1, 9)
def transform(rows, state):
    return rows.assign(visits=rows["visits"] + state)

# === a ratio that knows of zero
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(ratio=rows["visits"] / rows["basket"].where(rows["basket"] > 0.01))

# === one column a city of the training rows
def fit(train, target):
    return sorted(train["city"].dropna().unique())
def transform(rows, state):
    return rows.assign(**{f"is {text}": (rows["city"] == text).astype(float) for text in state})

# === sorted for a while, then as it was
def fit(train, target):
    return None
def transform(rows, state):
    ordered = rows.sort_values("visits")
    return ordered.assign(more=ordered["visits"] + 1).loc[rows.index]

# === merged in the order of the rows
def fit(train, target):
    return train.groupby("city")["basket"].mean()
def transform(rows, state):
    return rows.join(state.rename("basket of city"), on="city")

# === groups by edges of the training rows
def fit(train, target):
    return train["visits"].quantile([0.25, 0.5, 0.75]).to_numpy()
def transform(rows, state):
    return rows.assign(group=np.digitize(rows["visits"].fillna(-1), state).astype(float))

# === cut at the ends of the training rows
def fit(train, target):
    return train["visits"].min(), train["visits"].max()
def transform(rows, state):
    return rows.assign(visits=rows["visits"].clip(*state))

# === nothing but noise is dropped
def fit(train, target):
    return None
def transform(rows, state):
    return rows.drop(columns=["noise"])

# === a date and gaps in it
def fit(train, target):
    return train["day"].min()
def transform(rows, state):
    return rows.assign(day=(rows["day"] - state) / pd.Timedelta(days=1))

# === the time is told, not used
import time
def fit(train, target):
    print("began", time.time())
def transform(rows, state):
    print("rows", len(rows), time.perf_counter())
    return rows

# === a loop with an end, some memory, a thread
from concurrent.futures import ThreadPoolExecutor
def fit(train, target):
    kept = bytearray(1 << 25)
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(float, train["visits"])) / len(train) + len(kept) * 0
def transform(rows, state):
    return rows.assign(visits=[value - state for value in rows["visits"]])

# === a state of a class of its own
from dataclasses import dataclass
@dataclass
class Learned:
    mean: float
def fit(train, target):
    return Learned(train["visits"].mean())
def transform(rows, state):
    return rows.assign(visits=rows["visits"] - state.mean)
