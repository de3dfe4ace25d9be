from functools import partial

import datasets


def reshape(dataset: datasets.Dataset) -> datasets.Dataset:
    mapped = dataset.map(lambda row: {"y": (row["x"], row["x"] * 2)})
    return mapped.shuffle(seed=9163).rename_column("x", "z")


def _only(dataset, value):
    return dataset.filter(lambda row: row["x"] == value)


only_three = partial(_only, value=3)
nothing = partial(_only, value=-1)


def look(dataset):
    row = {
        "length": len(dataset),
        "columns": dataset.column_names,
        "last": dataset[-1]["x"],
        "column": dataset["x"],
        "slice": dataset[1:3]["x"],
    }
    return datasets.Dataset.from_list([row])
