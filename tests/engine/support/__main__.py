"""Write the support table into `engine/README.md`."""

from tests.engine.support import table

table.write()
