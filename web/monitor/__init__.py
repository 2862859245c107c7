"""The monitor: where everything stands, what happened, what an operator must mend."""
