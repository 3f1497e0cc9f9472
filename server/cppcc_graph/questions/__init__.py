"""
The questions that the data answer, and what each can be narrowed down to.

``reading`` reads them, ``parameters`` narrows them down.
"""

from cppcc_graph.questions.reading import Question as Question
from cppcc_graph.questions.reading import question as question
from cppcc_graph.questions.reading import questions as questions
