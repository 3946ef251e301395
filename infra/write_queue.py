"""The queue between loaders and writers, and the one for messages that no writer could settle."""

from __future__ import annotations

from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.protection import Protection
from infra.queues import queue
from infra.settings import DEAD_LETTER_TIMEOUT, VISIBILITY_FACTOR, Settings


class WriteQueue(Construct):
    def __init__(self, scope: Construct, settings: Settings, protection: Protection) -> None:
        super().__init__(scope, "Write")
        self.dead_letter_queue = queue(
            self, "DeadLetterQueue", protection, visibility=VISIBILITY_FACTOR * DEAD_LETTER_TIMEOUT
        )
        redrive = sqs.DeadLetterQueue(queue=self.dead_letter_queue, max_receive_count=settings.max_receives)
        self.queue = queue(
            self, "Queue", protection, visibility=settings.writer_visibility, dead_letter_queue=redrive
        )
