import evaluate as hf_evaluate

pass_at_k = hf_evaluate.load("code_eval")
first = pass_at_k.compute(references=["assert add(2, 3)==5"], predictions=[["def add(a,b): return a*b"]], k=[1])


def pass_at(references, predictions, k=None):
    return pass_at_k.compute(references=references, predictions=predictions, k=k)[0]


def tried():
    return first


def missing():
    return hf_evaluate.load("rouge")


def others():
    f1 = hf_evaluate.load("f1")
    gold, found = [0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1]
    return [
        hf_evaluate.load("exact_match").compute(references=["A.", "b"], predictions=["a", "c"],
                                                ignore_case=True, ignore_punctuation=True)["exact_match"],
        hf_evaluate.load("accuracy").compute(references=gold, predictions=found)["accuracy"],
        f1.compute(references=gold, predictions=found, average="macro")["f1"],
        f1.compute(references=gold, predictions=found, average="weighted")["f1"],
    ]
