"""What each kind of fault means to the business, and when it is announced."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from continuity.domain.fault import FaultKind
from continuity.domain.text import N_


class Consequence(StrEnum):
    """What a fault costs the business; from the worst to the least."""

    NO_POINT = "no-point"
    LOSS = "loss"
    UNPROVEN = "unproven"
    SLOW = "slow"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultText:
    """What a kind of fault means to the business; templates of the catalogue.

    ``confirm_after`` is how many failures in a row open an incident: what a repetition heals by
    itself is recorded and never announced. ``at_once`` when there is nothing to wait for: no
    repetition heals it.
    """

    title: str
    meaning: str
    impact: str
    consequence: Consequence
    confirm_after: int = 1
    at_once: bool = False


FAULTS: dict[FaultKind, FaultText] = {
    FaultKind.BACKUP_FAILED: FaultText(
        title=N_("Backup failed: {target}"),
        meaning=N_("No new copy was made, or the copy is not complete."),
        impact=N_("What is worked today exists only once. The possible loss grows by the hour."),
        consequence=Consequence.LOSS,
        confirm_after=2,
    ),
    FaultKind.DRILL_FAILED: FaultText(
        title=N_("Restore test failed: {target}"),
        meaning=N_("What was restored is not what was backed up, or could not be restored."),
        impact=N_("A recovery today might fail in the same way."),
        consequence=Consequence.UNPROVEN,
        at_once=True,
    ),
    FaultKind.READ_BACK_FAILED: FaultText(
        title=N_("Stored copies are damaged: {target}"),
        meaning=N_("The repository's structure or its stored bytes are wrong."),
        impact=N_("Restore points that share the damaged part cannot be recovered whole."),
        consequence=Consequence.LOSS,
        at_once=True,
    ),
    FaultKind.RETENTION_FAILED: FaultText(
        title=N_("Old restore points could not be removed: {target}"),
        meaning=N_("Nothing is lost; the storage fills up."),
        impact=N_("When it is full, no more copies can be made."),
        consequence=Consequence.WARNING,
        confirm_after=2,
    ),
    FaultKind.REPOSITORY_DOWN: FaultText(
        title=N_("Repository cannot be used: {target}"),
        meaning=N_("The place that keeps the copies is not there, refuses access or is damaged."),
        impact=N_("No job that uses it can back up or recover until it is back."),
        consequence=Consequence.LOSS,
    ),
    FaultKind.POSSIBLE_ENCRYPTION: FaultText(
        title=N_("Files may be getting encrypted: {target}"),
        meaning=N_("Far more changed than usual, and it looks random, or a canary was altered."),
        impact=N_("If this is an attack, every minute costs files. Old copies are held back."),
        consequence=Consequence.NO_POINT,
        at_once=True,
    ),
    FaultKind.BACKUP_OVERDUE: FaultText(
        title=N_("Backup is overdue: {target}"),
        meaning=N_("A backup that was due did not even start."),
        impact=N_("The possible loss grows by the hour, and nobody was told why."),
        consequence=Consequence.LOSS,
    ),
    FaultKind.DRILL_OVERDUE: FaultText(
        title=N_("Restore test is overdue: {target}"),
        meaning=N_("A restore test that was due was not made."),
        impact=N_("That the copies can be restored is believed, no longer known."),
        consequence=Consequence.WARNING,
    ),
    FaultKind.READ_BACK_OVERDUE: FaultText(
        title=N_("Stored copies are not read back in time: {target}"),
        meaning=N_("Part of what is stored was not read by its deadline, or will not be."),
        impact=N_("Damage in that part would be found later than you decided."),
        consequence=Consequence.WARNING,
    ),
    FaultKind.NO_RESTORE_POINT: FaultText(
        title=N_("Nothing to recover from: {target}"),
        meaning=N_("There is no restore point that counts."),
        impact=N_("If it were lost now, everything would be."),
        consequence=Consequence.NO_POINT,
    ),
    FaultKind.RPO_MISSED: FaultText(
        title=N_("More work at risk than agreed: {target}"),
        meaning=N_("The newest restore point that counts is older than the business accepts."),
        impact=N_("A loss now would cost more work than was agreed."),
        consequence=Consequence.LOSS,
    ),
    FaultKind.RTO_MISSED: FaultText(
        title=N_("Recovery takes longer than agreed: {target}"),
        meaning=N_("The measured recovery time is above the target."),
        impact=N_("After a loss the business would wait longer than it can."),
        consequence=Consequence.SLOW,
    ),
    FaultKind.PROOF_MISSING: FaultText(
        title=N_("Not proven to be restorable: {target}"),
        meaning=N_("The last passed restore test is too old, or no longer counts."),
        impact=N_("That the copies can be restored is believed, not known."),
        consequence=Consequence.UNPROVEN,
    ),
    FaultKind.STORAGE_UNPROTECTED: FaultText(
        title=N_("Storage is no longer protected: {target}"),
        meaning=N_("Copies that could not be deleted now can be."),
        impact=N_("Whoever steals the credentials can delete the copies with the data."),
        consequence=Consequence.UNPROVEN,
    ),
    FaultKind.RECORD_DAMAGED: FaultText(
        title=N_("The record of evidence is damaged"),
        meaning=N_("Somebody altered, cut or lost part of the record."),
        impact=N_("What it says about all systems is doubtful."),
        consequence=Consequence.NO_POINT,
        at_once=True,
    ),
    FaultKind.CONFIGURATION_BROKEN: FaultText(
        title=N_("Configuration cannot be used: {target}"),
        meaning=N_("A file that people wrote has a problem, so what it says does not count."),
        impact=N_(
            "What it describes is left out meanwhile: a job does not run, a report is not sent."
        ),
        consequence=Consequence.WARNING,
    ),
    FaultKind.CHANNEL_SILENT: FaultText(
        title=N_("Messages do not arrive: {target}"),
        meaning=N_("A channel refuses messages, or nobody confirmed its test."),
        impact=N_("The next alarm may reach nobody."),
        consequence=Consequence.UNPROVEN,
    ),
    FaultKind.TRACKER_REFUSES: FaultText(
        title=N_("The ticket system refuses: {target}"),
        meaning=N_("Tickets cannot be written as configured."),
        impact=N_("Incidents go on here, and nobody sees them there."),
        consequence=Consequence.WARNING,
    ),
    FaultKind.HEARTBEAT_SILENT: FaultText(
        title=N_("Nothing heard from {target}"),
        meaning=N_("A job that runs elsewhere did not report in time."),
        impact=N_("Whether it did its work is not known."),
        consequence=Consequence.LOSS,
    ),
    FaultKind.OFFLINE_OLD: FaultText(
        title=N_("The offline copy is old: {target}"),
        meaning=N_(
            "Runbooks and recovery kit at this place are missing, old or of an edit before."
        ),
        impact=N_("If this machine is lost too, people follow a plan that is no longer right."),
        consequence=Consequence.WARNING,
    ),
    FaultKind.SERVICE_SILENT: FaultText(
        title=N_("The service was not at work"),
        meaning=N_("Nothing looked at what is due: the service was stopped, dead or hanging."),
        impact=N_("Meanwhile no job was started by itself, and nobody was told of anything."),
        consequence=Consequence.LOSS,
        at_once=True,
    ),
    FaultKind.CLIENT_UNHEARD: FaultText(
        title=N_("Nothing good was heard from {target}"),
        meaning=N_("The digest of a client did not arrive in time, or what arrived was refused."),
        impact=N_("How this client stands today is not known here."),
        consequence=Consequence.WARNING,
        at_once=True,
    ),
    FaultKind.CLIENT_RED: FaultText(
        title=N_("{target} is not as agreed"),
        meaning=N_("The digest of a client says that something there is red."),
        impact=N_("A recovery there today may fail, or lose more than was agreed."),
        consequence=Consequence.UNPROVEN,
        at_once=True,
    ),
    FaultKind.NEIGHBOUR_SILENT: FaultText(
        title=N_("Nothing is heard of {target}"),
        meaning=N_("Another installation of Continuity does not answer any more."),
        impact=N_("Nobody knows whether anything is backed up there, and it tells nobody."),
        consequence=Consequence.LOSS,
        at_once=True,
    ),
    FaultKind.NEIGHBOUR_UNWELL: FaultText(
        title=N_("Not well: {target}"),
        meaning=N_("Another installation of Continuity says itself that it does not work."),
        impact=N_("Jobs there may not run, and messages from there may reach nobody."),
        consequence=Consequence.UNPROVEN,
        at_once=True,
    ),
    FaultKind.WATCHER_DEAF: FaultText(
        title=N_("Who watches from outside does not hear: {target}"),
        meaning=N_("The sign of life of this service is not taken by who expects it."),
        impact=N_("If this machine died now, nobody outside might notice."),
        consequence=Consequence.WARNING,
    ),
    FaultKind.REPORT_MISSED: FaultText(
        title=N_("A report did not arrive: {target}"),
        meaning=N_("A report that somebody expects did not reach everybody in time."),
        impact=N_("Whoever takes silence for good news is wrong until it does."),
        consequence=Consequence.WARNING,
        at_once=True,
    ),
}
"""Every kind with its texts and its rule."""
