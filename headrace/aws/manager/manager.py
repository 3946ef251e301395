"""Tables and items from Python, one call a task."""

from __future__ import annotations

from headrace.aws.manager.batches import BatchMethods
from headrace.aws.manager.capacity import CapacityMethods
from headrace.aws.manager.getting import GetMethods
from headrace.aws.manager.items import ItemMethods
from headrace.aws.manager.partiql import PartiqlMethods
from headrace.aws.manager.reading import ReadMethods
from headrace.aws.manager.resource import ResourceMethods
from headrace.aws.manager.tables import TableMethods
from headrace.aws.manager.transactions import TransactionMethods


class DynamoDBManager(
    TableMethods,
    CapacityMethods,
    ItemMethods,
    GetMethods,
    BatchMethods,
    ReadMethods,
    TransactionMethods,
    PartiqlMethods,
    ResourceMethods,
):
    """Single tables and items, in Python's own values.

    Floats are stored exactly as Python writes them, numbers come back as Decimal, binary values as bytes.
    Attributes with reserved names can be written plainly in expressions. Calls that are throttled are
    tried again, within bounds. Errors are those of `headrace.errors`; each says what to do.
    One manager can be used by many threads.

    Args:
        region_name: such as `us-east-1`; None: that of the profile or of AWS_DEFAULT_REGION.
        endpoint_url: of DynamoDB Local, of an emulator, of a VPC endpoint; None: AWS's own.
        profile_name: of the AWS configuration; None: the default one.
        session: a boto3 session of your own, in place of region and profile.
        max_tries: of a call that is throttled. Between two tries it waits at most 5 seconds.
        batch_patience: seconds for which a batch is tried; then its items count as failed.
        clock, rng: time and randomness, for tests.

    Raises:
        CredentialsError: there is no such profile, or no region.
        RequestInvalidError: arguments do not fit together.

    >>> from headrace import DynamoDBManager
    >>> manager = DynamoDBManager(region_name="eu-west-1")
    """
