"""What opens a group's doors: asking and deciding, interest, inviting."""

from watch.groups.service import AlreadyMember, FlatTaken, TooLateToUndo
from watch.joining.letter_pages import long_pdf_of
from watch.joining.queries import code_of
from watch.joining.service.answering import (
    accept,
    decline_invitation,
    declined_invitation_of,
    invitation_of,
    membership_of_form,
    take_back_no,
)
from watch.joining.service.asking import ask_for_knock, ask_to_join
from watch.joining.service.changing import Asked, change_address
from watch.joining.service.climbing import CLIMB_AT, climb
from watch.joining.service.confirming import (
    confirm_address,
    confirm_by_floor,
    requests_to_confirm,
    takes_part,
    wait_for_answer,
)
from watch.joining.service.deciding import approve, decline, request_to_decide, tell
from watch.joining.service.door import (
    AlreadyKnocked,
    TakesPart,
    join_at_door,
    not_at_home,
    say_moved,
    say_no,
    take_back_knock,
)
from watch.joining.service.errors import (
    AlreadyDecided,
    AlreadyInvited,
    FlatElsewhere,
    InvitationDeclined,
    InvitationEnded,
    NotDecided,
    NotOpen,
    RemindedLately,
    SameAddress,
    TooManyInvitations,
    WrittenLately,
)
from watch.joining.service.interest import (
    confirm_interest,
    interest_of,
    join_from_interest,
    leave_interest,
    take_back_name,
    tell_name,
    withdraw,
)
from watch.joining.service.invited import correct_address, remind, resend, revoke
from watch.joining.service.inviting import invite, mark_sent, was_sent
from watch.joining.service.letters import LETTER_DAYS, REPRINT_DAYS, print_letters
from watch.joining.service.packs import (
    ASKED,
    ask_for_letters,
    claim_file,
    give_back,
    keep_file,
    pages_to_make,
    remove,
    try_again,
)
from watch.joining.service.posters import renew_poster

__all__ = [
    "ASKED",
    "CLIMB_AT",
    "LETTER_DAYS",
    "REPRINT_DAYS",
    "AlreadyDecided",
    "AlreadyInvited",
    "AlreadyKnocked",
    "AlreadyMember",
    "Asked",
    "FlatElsewhere",
    "FlatTaken",
    "InvitationDeclined",
    "InvitationEnded",
    "NotDecided",
    "NotOpen",
    "RemindedLately",
    "SameAddress",
    "TakesPart",
    "TooLateToUndo",
    "TooManyInvitations",
    "WrittenLately",
    "accept",
    "approve",
    "ask_for_knock",
    "ask_for_letters",
    "ask_to_join",
    "change_address",
    "claim_file",
    "climb",
    "code_of",
    "confirm_address",
    "confirm_by_floor",
    "confirm_interest",
    "correct_address",
    "decline",
    "decline_invitation",
    "declined_invitation_of",
    "give_back",
    "interest_of",
    "invitation_of",
    "invite",
    "join_at_door",
    "join_from_interest",
    "keep_file",
    "leave_interest",
    "long_pdf_of",
    "mark_sent",
    "membership_of_form",
    "not_at_home",
    "pages_to_make",
    "print_letters",
    "remind",
    "remove",
    "renew_poster",
    "request_to_decide",
    "requests_to_confirm",
    "resend",
    "revoke",
    "say_moved",
    "say_no",
    "take_back_knock",
    "take_back_name",
    "take_back_no",
    "takes_part",
    "tell",
    "tell_name",
    "try_again",
    "wait_for_answer",
    "was_sent",
    "withdraw",
]
