"""What happened, as Camunda's history asks for it: one module a resource.

Process instances, tasks, incidents, job logs are rows and asked for in SQL. Activity
instances, variables and their details, decisions and identity links are read out of the
history's lines (`engine.commands.trail`): the cases are chosen in SQL, their lines put
together here. Every function takes a `Viewer`; what is not visible does not exist.
"""
