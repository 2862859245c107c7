"""One module a scenario. Each has `run(world)` and says on which databases it makes sense."""
