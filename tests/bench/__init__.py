"""The engine's figures, with the naive design in the same run (`engine.md` §9)."""
