"""The demonstration office: sixty appeals that the real processes have walked.

It stands above the other areas: it only does what people do, in the engine's words.
"""
