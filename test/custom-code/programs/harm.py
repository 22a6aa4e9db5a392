# === the best columns are dropped | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows.drop(columns=["visits", "basket"])

# === the best column is dropped | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows.drop(columns=["visits"])

# === nothing but noise is kept | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows[["noise"]]

# === noise is added to the best columns | non_inferiority
def drawn(rows, seed):
    return np.sin(rows["noise"].fillna(0) * 1e6 * seed) * 60
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"] + drawn(rows, 1), basket=rows["basket"] + drawn(rows, 2))

# === the best column is as if shuffled | non_inferiority
def fit(train, target):
    return np.sort(train["visits"].to_numpy())
def transform(rows, state):
    places = (np.abs(np.sin(rows["noise"].fillna(0) * 1e6)) * (len(state) - 1)).astype(int)
    return rows.assign(visits=state[places])

# === everything is cut at the same place | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"].clip(29, 31), basket=rows["basket"].clip(39, 41))

# === one threshold where it tells least | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=(rows["visits"] > 56).astype(float), basket=(rows["basket"] > 70).astype(float))

# === both sides of the middle are the same | non_inferiority
def fit(train, target):
    return train["visits"].mean()
def transform(rows, state):
    return rows.assign(visits=(rows["visits"] - state).abs(), basket=(rows["basket"] - 40).abs())

# === nothing but the last digit | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"] % 5, basket=rows["basket"] % 1)

# === most values are taken for missing | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    known = np.sin(rows["noise"].fillna(0) * 1e6) > 0.6
    return rows.assign(visits=rows["visits"].where(known), basket=rows["basket"].where(known))

# === numbers in an order of their own | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"] * 37 % 61, basket=(rows["basket"] * 100).round() * 37 % 6101)

# === tails that no line can follow | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=np.exp(rows["visits"] * 1.2), basket=np.exp(rows["basket"].clip(upper=80)))

# === hundreds of columns of noise | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    base = rows["noise"].fillna(0).to_numpy()
    noise = {f"noise {seed}": np.sin(base * 1e6 * (seed + 1)) for seed in range(150)}
    return pd.concat([rows, pd.DataFrame(noise, index=rows.index)], axis=1)

# === the wrong city for half of the rows, and no more visits | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    other = rows["city"].where(np.sin(rows["noise"].fillna(0) * 1e6) > 0, "Basel")
    return rows.assign(city=other, visits=rows["visits"] // 30)

# === a little noise on the best columns | non_inferiority
def drawn(rows, seed):
    return np.sin(rows["noise"].fillna(0) * 1e6 * seed)
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"] + 9 * drawn(rows, 1), basket=rows["basket"] + 8 * drawn(rows, 2))

# === the best columns in wide steps | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"] // 20, basket=rows["basket"] // 20)

# === one value in four is taken for missing | non_inferiority
def fit(train, target):
    return None
def transform(rows, state):
    return rows.assign(visits=rows["visits"].where(np.sin(rows["noise"].fillna(0) * 1e6) > -0.7))
