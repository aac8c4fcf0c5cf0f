"""moto's server, with what two of its databases at once need.

It gives all of them the same resource id, by which the AWS provider looks for the one that it made.
"""

import hashlib

from moto.rds.models import DBInstance
from moto.server import main

made = DBInstance.__init__


def make(self, *arguments, **named):
    made(self, *arguments, **named)
    digest = hashlib.sha256(self.db_instance_identifier.encode()).hexdigest()
    self.dbi_resource_id = f"db-{digest[:26].upper()}"


DBInstance.__init__ = make
main()
