"""What strangers send, at random and from a seed: requests, diagrams, rivals at one moment.

The short versions run with everything else, from one seed; only ids differ. A long one:

    FUZZ_SEED=7 FUZZ_ROUNDS=5000 pytest -s tests/fuzz/test_requests.py
"""
