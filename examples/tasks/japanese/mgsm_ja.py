"""Scores answers to Japanese mathematics: the last number, and whether the answer is Japanese."""

import re
import unicodedata


def last_number(text):
    numbers = re.findall(r"\d*\.?\d+", text)
    return float(numbers[-1]) if numbers else None


def is_japanese(text):
    """Whether most letters are kana or kanji, with at least one kana among them.

    A stand-in for a language classifier: Chinese has no kana, and digits and signs count nowhere.
    """
    letters = [c for c in text if unicodedata.category(c).startswith("L")]
    kana = sum("\u3040" <= c <= "\u30ff" for c in letters)
    kanji = sum("\u4e00" <= c <= "\u9fff" for c in letters)
    return kana > 0 and (kana + kanji) * 2 > len(letters)


def process_results(doc, results):
    answer = results[0]
    right = last_number(answer) == float(doc["answer_number"])
    return {"acc": float(right), "acc_ja": float(right and is_japanese(answer))}
