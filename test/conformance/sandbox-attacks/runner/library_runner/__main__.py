import json
import multiprocessing
import os
import time


def main(arguments):
    began = time.perf_counter()
    if arguments == ["nothing"]:
        return 0
    if arguments == ["import"]:
        from . import warm  # noqa: F401

        return 0

    import catboost
    import lightgbm
    import numpy
    import pandas
    import xgboost
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score

    generator = numpy.random.default_rng(0)
    frame = pandas.DataFrame(generator.normal(size=(2000, 8)), columns=[f"c{n}" for n in range(8)])
    labels = (frame["c0"] + frame["c1"] > 0).astype(int)
    frame.to_parquet("out/frame.parquet")
    scores = {"parquet": len(pandas.read_parquet("out/frame.parquet"))}
    forest = RandomForestClassifier(20, n_jobs=2, random_state=0)
    scores["forest"] = forest.fit(frame, labels).score(frame, labels)
    scores["crossValidation"] = cross_val_score(RandomForestClassifier(5), frame, labels, cv=2, n_jobs=2).mean()
    scores["xgboost"] = xgboost.XGBClassifier(n_estimators=10, n_jobs=2).fit(frame, labels).score(frame, labels)
    model = lightgbm.LGBMClassifier(n_estimators=10, n_jobs=2, verbose=-1).fit(frame, labels)
    scores["lightgbm"] = model.score(frame, labels)
    booster = catboost.CatBoostClassifier(iterations=20, thread_count=2, verbose=False)
    scores["catboost"] = booster.fit(frame, labels).score(frame, labels)
    if "pool" in arguments:
        with multiprocessing.get_context("fork").Pool(2) as pool:
            scores["pool"] = sum(pool.map(abs, range(-9, 0)))
    scores["seconds"] = time.perf_counter() - began
    os.write(3, json.dumps(scores).encode() + b"\n")
    return 0
