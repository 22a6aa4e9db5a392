# === no missing value in a number | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"].astype(int))

# === no missing value in a text | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(first=[text[0] for text in rows["city"]])

# === no missing date | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(year=rows["day"].dt.year.astype(int))

# === no unseen text | contract
def fit(train, target):
    return {text: code for code, text in enumerate(sorted(train["city"].unique()))}
def transform(rows, state):
    return rows.assign(city=[state[text] for text in rows["city"]])

# === no unseen text in a fitted encoder | contract
from sklearn.preprocessing import OrdinalEncoder
def fit(train, target):
    return OrdinalEncoder().fit(train[["city"]])
def transform(rows, state):
    return rows.assign(city=state.transform(rows[["city"]])[:, 0])

# === no zero | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(inverse=[1.0 / float(value) for value in rows["basket"].fillna(1)])

# === no single row | runs
def fit(train, target):
    return None
def transform(rows, state):
    assert len(rows) > 1
    return rows

# === quantiles of the batch | runs
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(group=pd.qcut(rows["noise"], 4, labels=False))

# === a package that is not there | runs
import feature_engine_of_my_own
def fit(train, target):
    return None
def transform(rows, state):
    return rows

# === no Python | runs
def fit(train, target:
    return None

# === recursion without an end | runs
def fit(train, target):
    return fit(train, target)
def transform(rows, state):
    return rows

# === all the memory | runs
def fit(train, target):
    return [bytearray(1 << 26) for _ in range(64)]
def transform(rows, state):
    return rows

# === all the time of fit | runs
def fit(train, target):
    while True:
        pass
def transform(rows, state):
    return rows

# === all the processes | runs
import os
def fit(train, target):
    while True:
        os.fork()
def transform(rows, state):
    return rows

# === all the disk | runs
def fit(train, target):
    with open("tmp/large", "wb") as file:
        for _ in range(256):
            file.write(bytes(1 << 20))
            file.flush()
def transform(rows, state):
    return rows

# === an early end | contract
import os
def fit(train, target):
    os._exit(0)
def transform(rows, state):
    return rows

# === a polite early end | contract
def fit(train, target):
    raise SystemExit(0)
def transform(rows, state):
    return rows

# === an address that is not there | runs
import ctypes
def fit(train, target):
    ctypes.string_at(8)
def transform(rows, state):
    return rows

# === a state that cannot be kept | runs
def fit(train, target):
    return lambda value: value + 1
def transform(rows, state):
    return rows.assign(visits=state(rows["visits"]))

# === a state that loses what it knows | runs
class Learned:
    def __init__(self, mean):
        self.mean = mean
    def __getstate__(self):
        return {}
    def __setstate__(self, kept):
        pass
def fit(train, target):
    return Learned(train["visits"].mean())
def transform(rows, state):
    return rows.assign(visits=rows["visits"] - state.mean)

# === what was learned in a global | runs
MEANS = {}
def fit(train, target):
    MEANS["visits"] = train["visits"].mean()
def transform(rows, state):
    return rows.assign(visits=rows["visits"] - MEANS["visits"])

# === nothing to transform with | runs
def fit(train, target):
    return None

# === an array | runs
def fit(train, target):
    return None
def transform(rows, state):
    return rows[["visits", "basket"]].to_numpy()
