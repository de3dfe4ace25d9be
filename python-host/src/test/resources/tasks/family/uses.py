from lm_eval.tasks.helpers import doc_to_text
from lm_eval.utils import weighted_f1_score

from beside import NAME


def answer():
    return [NAME, doc_to_text({"premise": "a", "hypothesis": "b"}), weighted_f1_score([(0, 0), (1, 0), (1, 1), (0, 1)])]
