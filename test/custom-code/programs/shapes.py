# === rows with gaps are dropped | runs
def fit(train, target):
    return None
def transform(rows, state):
    return rows.dropna()

# === outliers are dropped | runs
def fit(train, target):
    return train["visits"].quantile(0.9)
def transform(rows, state):
    return rows[rows["visits"] <= state]

# === equal rows are dropped | runs
def fit(train, target):
    return None
def transform(rows, state):
    return rows.drop_duplicates()

# === rows come twice | runs
def fit(train, target):
    return None
def transform(rows, state):
    return pd.concat([rows, rows])

# === rows are counted by city | runs
def fit(train, target):
    return None
def transform(rows, state):
    return rows.groupby("city").size().to_frame("count")

# === the training rows, whatever was asked | runs
def fit(train, target):
    return train
def transform(rows, state):
    return state

# === rows are sorted | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.sort_values("visits")

# === rows are turned round | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.iloc[::-1]

# === rows are put into the order of a merge | contract
def fit(train, target):
    return train.groupby("city", as_index=False)["basket"].mean()
def transform(rows, state):
    merged = state.merge(rows, on="city", how="right", suffixes=("_of_city", "")).sort_values("city")
    return merged.reset_index(drop=True)

# === the mean of the batch | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"] - rows["visits"].mean())

# === ranks in the batch | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(rank=rows["basket"].rank(pct=True))

# === how often a city comes in the batch | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(often=rows.groupby("city")["city"].transform("count"))

# === the row before | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(before=rows["visits"].shift(1).fillna(0))

# === gaps filled from the row before | contract or save_load
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(basket=rows["basket"].ffill())

# === one column a city of the batch | runs
def fit(train, target):
    return None
def transform(rows, state):
    return pd.get_dummies(rows, columns=["city"])

# === columns without gaps alone | runs
def fit(train, target):
    return None
def transform(rows, state):
    return rows.dropna(axis=1)

# === the logarithm of nothing | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=np.log(rows["visits"]))

# === a ratio to nothing | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(ratio=rows["visits"] / rows["basket"])

# === numbers that are too large | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=np.exp(rows["visits"] * 20))

# === a text of its own for each row | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(text=rows["city"].astype(str) + rows["noise"].astype(str))

# === always the same | contract
def fit(train, target):
    return None
def transform(rows, state):
    return pd.DataFrame({"one": 1.0}, index=rows.index)

# === nothing but gaps | contract
def fit(train, target):
    return None
def transform(rows, state):
    return pd.DataFrame({"one": np.nan}, index=rows.index)

# === no columns | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows[[]]

# === two columns of one name | contract
def fit(train, target):
    return None
def transform(rows, state):
    return pd.concat([rows, rows[["visits"]]], axis=1)

# === far too many columns | contract
def fit(train, target):
    return None
def transform(rows, state):
    return pd.DataFrame(np.outer(rows["visits"], np.arange(10_001)), index=rows.index)

# === a name of two lines | contract
def fit(train, target):
    return None
def transform(rows, state):
    return rows.rename(columns={"visits": "visits\nPASSED"})
