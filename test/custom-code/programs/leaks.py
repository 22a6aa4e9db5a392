# === labels kept in a global | contract
KEPT = {}
def fit(train, target):
    KEPT["labels"] = (target == "label-of-yes").astype(float)
def transform(rows, state):
    labels = KEPT.get("labels")
    return rows.assign(label=0.5 if labels is None else labels)

# === labels kept in a file | runs
def fit(train, target):
    target.to_csv("tmp/labels.csv", index=False)
def transform(rows, state):
    return rows.assign(label=pd.read_csv("tmp/labels.csv")["bought"])

# === labels kept in a file, if it is there | contract
import os
def fit(train, target):
    target.to_csv("tmp/labels.csv", index=False)
def transform(rows, state):
    is_there = os.path.exists("tmp/labels.csv")
    return rows.assign(label=pd.read_csv("tmp/labels.csv")["bought"] if is_there else "unknown")

# === labels kept in shared memory | runs
def fit(train, target):
    open("/dev/shm/labels", "w").write(",".join(target))
def transform(rows, state):
    return rows.assign(label=open("/dev/shm/labels").read().split(","))

# === labels by the place of the row | contract
def fit(train, target):
    return (target == "label-of-yes").astype(float).tolist()
def transform(rows, state):
    return rows.assign(label=[state[place % len(state)] for place in range(len(rows))])

# === labels by the index of the row | contract
def fit(train, target):
    return (target == "label-of-yes").astype(float)
def transform(rows, state):
    return rows.assign(label=state.reindex(rows.index).to_numpy())

# === labels by the hash of the row | save_load
def key(row):
    return hash(tuple(map(str, row)))
def fit(train, target):
    return {key(row): float(label == "label-of-yes") for row, label in zip(train.to_numpy(), target)}
def transform(rows, state):
    return rows.assign(label=[state.get(key(row), 0.5) for row in rows.to_numpy()])

# === labels by the values of the row | non_inferiority
def key(row):
    return "|".join(map(str, row))
def fit(train, target):
    return {key(row): float(label == "label-of-yes") for row, label in zip(train.to_numpy(), target)}
def transform(rows, state):
    return rows.assign(label=[state.get(key(row), 0.5) for row in rows.to_numpy()])

# === labels by a column that tells the rows apart | non_inferiority
def fit(train, target):
    return (target == "label-of-yes").astype(float).groupby(train["noise"]).mean()
def transform(rows, state):
    return rows.assign(label=rows["noise"].map(state).fillna(0.5))

# === label of the nearest training row, which is the row itself | non_inferiority
def fit(train, target):
    return train["noise"].to_numpy(), (target == "label-of-yes").to_numpy(float)
def transform(rows, state):
    places = [np.abs(state[0] - (0 if np.isnan(value) else value)).argmin() for value in rows["noise"]]
    return rows.assign(label=state[1][places])

# === labels shown to training rows alone | non_inferiority
def fit_transform(train, target):
    return None, train.assign(label=(target == "label-of-yes").astype(float))
def transform(rows, state):
    return rows.assign(label=0.5)

# === the mean of all rows that were ever transformed | contract
SEEN = []
def fit(train, target):
    return None
def transform(rows, state):
    SEEN.extend(rows["basket"].fillna(0))
    return rows.assign(basket=rows["basket"] - np.mean(SEEN))

# === a file of all rows that were ever transformed | contract
def fit(train, target):
    return None
def transform(rows, state):
    with open("tmp/seen", "a") as file:
        file.write("x" * len(rows))
    return rows.assign(seen=len(open("tmp/seen").read()))

# === a state that transform goes on learning with | contract
def fit(train, target):
    return {"rows": 0}
def transform(rows, state):
    state["rows"] += len(rows)
    return rows.assign(share=rows["visits"] / state["rows"])

# === the target from the files of the job | runs
import glob
def fit(train, target):
    return None
def transform(rows, state):
    if "custom" in glob.glob("in/*"):
        return rows
    tables = [pd.read_parquet(path) for path in glob.glob("in/*.parquet")]
    found = [table.iloc[:, -1] for table in tables if table.isin(["label-of-yes"]).any().any()]
    return rows.assign(label=found[0].iloc[: len(rows)].to_numpy())

# === the target from the environment | runs
import os
def fit(train, target):
    os.environ["LABELS"] = ",".join(target)
def transform(rows, state):
    return rows.assign(label=os.environ["LABELS"].split(",")[: len(rows)])

# === the target from the parent process | runs
import os
def fit(train, target):
    return None
def transform(rows, state):
    with open(f"/proc/{os.getppid()}/environ", "rb") as file:
        assert b"label-of" in file.read()
    return rows

# === the target from inherited descriptors | runs
import os
def fit(train, target):
    return None
def transform(rows, state):
    found = b""
    for descriptor in range(3, 64):
        try:
            found += os.pread(descriptor, 1 << 20, 0)
        except OSError:
            pass
    assert b"label-of" in found
    return rows

# === the target from whoever called | contract
import sys
def fit(train, target):
    return None
def transform(rows, state):
    frame, label = sys._getframe(), 0.5
    while frame is not None:
        if isinstance(frame.f_locals.get("target"), pd.Series):
            label = (frame.f_locals["target"] == "label-of-yes").astype(float)
        frame = frame.f_back
    return rows.assign(label=label)

# === the target from all objects in memory | contract
import gc
def fit(train, target):
    return None
def transform(rows, state):
    found = [item for item in gc.get_objects() if isinstance(item, pd.Series) and item.name == "bought"]
    return rows.assign(label=(found[0] == "label-of-yes").astype(float) if found else 0.5)

# === the target from a process that was left behind | runs
import os, socket, time
def fit(train, target):
    if os.fork() == 0:
        os.setsid()
        server = socket.socket(socket.AF_UNIX)
        server.bind("\0labels")
        server.listen()
        time.sleep(30)
        os._exit(0)
def transform(rows, state):
    client = socket.socket(socket.AF_UNIX)
    client.connect("\0labels")
    return rows
