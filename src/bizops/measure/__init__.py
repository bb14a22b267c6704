"""From questions to KPI values: planning, computing, keeping, putting together."""

from bizops.measure.answer import Answer, KpiAnswer, Question, answer
from bizops.measure.behind import leaves, sources_of_kpi
from bizops.measure.evaluate import Splits
from bizops.measure.executor import Executor
from bizops.measure.kept_answers import KeptAnswers, answer_key, as_answer, as_table
from bizops.measure.periods import periods_of
from bizops.measure.store import ResultStore
from bizops.measure.value import REFUSALS, Comparison, Refusal, Value

__all__ = [
    "REFUSALS",
    "Answer",
    "Comparison",
    "Executor",
    "KeptAnswers",
    "KpiAnswer",
    "Question",
    "Refusal",
    "ResultStore",
    "Splits",
    "Value",
    "answer",
    "answer_key",
    "as_answer",
    "as_table",
    "leaves",
    "periods_of",
    "sources_of_kpi",
]
