import numpy as np


def f(document):
    return np.mean([1])
