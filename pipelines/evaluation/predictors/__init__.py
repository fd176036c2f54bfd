"""What the domain says about a gold line, put into the gold's own format: one module per kind of question.

These adapters only ask the extractor and the matcher and translate; what is learned or listed about language lives there.
None of them is given the answer fields.
"""
