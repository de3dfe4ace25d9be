"""A stand-in for the parts of `evaluate` that task helpers use: `load` of a few metrics."""

from collections import Counter

_run = None


def _connect(run):
    global _run
    _run = run


def _estimate(samples, correct, k):
    """Chen et al. 2021 (arXiv 2107.03374): the chance that one of k samples is correct."""
    if samples - correct < k:
        return 1.0
    none = 1.0
    for i in range(samples - correct + 1, samples + 1):
        none *= 1.0 - k / i
    return 1.0 - none


class _CodeEval:
    name = "code_eval"

    def compute(self, predictions, references, k=(1, 10, 100), num_workers=4, timeout=3.0):
        if len(predictions) != len(references):
            raise ValueError(f"{len(predictions)} lists of predictions for {len(references)} references")
        counts = [1] * len(predictions)
        programs = []
        for place, (candidates, test) in enumerate(zip(predictions, references)):
            if isinstance(candidates, str):
                raise ValueError("predictions must be a list of lists of programs")
            counts[place] = len(candidates)
            programs.extend(candidate + "\n" + test for candidate in candidates)
        outcomes = iter(_run(programs, timeout) if programs else [])
        results = {}
        correct = []
        for task, count in enumerate(counts):
            own = [next(outcomes) for _ in range(count)]
            results[task] = [
                (number, {"task_id": task, "passed": passed, "result": result, "completion_id": number})
                for number, (passed, result) in enumerate(own)]
            correct.append(sum(passed for passed, _ in own))
        wanted = list(k) if isinstance(k, (list, tuple)) else [k]
        rates = {}
        for each in wanted:
            if counts and all(count >= each for count in counts):
                found = [_estimate(count, right, each) for count, right in zip(counts, correct)]
                rates[f"pass@{each}"] = sum(found) / len(found)
        return rates, results


class _ExactMatch:
    name = "exact_match"

    def compute(self, predictions, references, regexes_to_ignore=None, ignore_case=False,
                ignore_punctuation=False, ignore_numbers=False):
        import re
        import string

        drop = (string.punctuation if ignore_punctuation else "") + (string.digits if ignore_numbers else "")

        def clean(text):
            for pattern in regexes_to_ignore or ():
                text = re.sub(pattern, "", text)
            text = text.lower() if ignore_case else text
            return text.translate(str.maketrans("", "", drop))

        pairs = [(clean(found), clean(gold)) for found, gold in zip(predictions, references)]
        return {"exact_match": sum(found == gold for found, gold in pairs) / len(pairs)}


class _Accuracy:
    name = "accuracy"

    def compute(self, predictions, references):
        return {"accuracy": sum(found == gold for found, gold in zip(predictions, references)) / len(references)}


class _F1:
    name = "f1"

    def compute(self, predictions, references, labels=None, pos_label=1, average="binary"):
        def single(label):
            hits = sum(found == gold == label for found, gold in zip(predictions, references))
            size = sum(found == label for found in predictions) + sum(gold == label for gold in references)
            return 2 * hits / size if size else 0.0

        if average == "binary":
            return {"f1": single(pos_label)}
        known = labels if labels is not None else sorted(set(predictions) | set(references))
        scores = [single(label) for label in known]
        if average is None:
            return {"f1": scores}
        if average == "macro":
            return {"f1": sum(scores) / len(scores)}
        if average == "weighted":
            support = Counter(references)
            total = sum(support[label] for label in known)
            return {"f1": sum(s * support[label] for s, label in zip(scores, known)) / total}
        raise ValueError(f"f1 here has the averages binary, macro and weighted, not {average!r}")


_METRICS = {metric.name: metric for metric in (_CodeEval, _ExactMatch, _Accuracy, _F1)}


def load(path, *_, **__):
    name = str(path).rstrip("/").rpartition("/")[2].removesuffix(".py")
    if name not in _METRICS:
        raise ModuleNotFoundError(
            f"of evaluate's metrics, helpers have {', '.join(sorted(_METRICS))}; not {name!r}", name="evaluate")
    return _METRICS[name]()
