from lm_eval.api.filter import Filter
from lm_eval.api.registry import register_filter


@register_filter("repeat")
class Repeat(Filter):
    def __init__(self, times=1):
        self.times = times

    def apply(self, resps, docs):
        return [[text * self.times for text in answers] for answers in resps]


def join(resps, docs):
    return [f"{doc['x']}:{','.join(answers)}" for answers, doc in zip(resps, docs)]
