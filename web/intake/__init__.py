"""The workers' side: handing in an appeal, and following it with the query code."""
