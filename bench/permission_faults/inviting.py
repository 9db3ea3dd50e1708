"""Faults in inviting by mail and on paper: who may, and what others learn."""

from bench.permission_faults.fault import Fault

PERMISSIONS, INVITING = "watch/permissions.py", "watch/invitations/queries/inviting.py"
INVITED, DECIDING = "watch/invitations/queries/invited.py", "watch/joining/service/deciding.py"
PACKS, CORRECTING = "watch/printing/routes/packs.py", "watch/invitations/routes/invited.py"
IN_SECRET = "invitations/test_inviting_in_secret"

FAULTS = (
    Fault(
        "a coordinator invites to a flat of another stairwell",
        "watch/invitations/routes/sending.py",
        "rows, flats = [*sent], flats_of_group(group, mine)",
        "rows, flats = [*sent], flats_of_group(group)",
        "invitations/test_inviting invitations/test_previewing",
    ),
    Fault(
        "a coordinator reads which flats of other stairwells have answered",
        "watch/invitations/routes/inviting.py",
        "flats = flats_of_group(group, current_relations().stairwells_in(group))",
        "flats = flats_of_group(group)",
        "invitations/test_inviting invitations/test_invitations",
    ),
    Fault(
        "a coordinator reads of every invitation",
        INVITING,
        "    if stairwells is None:\n        return true()\n    flats",
        "    if stairwells is None or by.id:\n        return true()\n    flats",
        f"invitations/test_invitations {IN_SECRET}",
    ),
    Fault(
        "a coordinator reads of what others sent to no flat",
        INVITING,
        "or_(and_(Invitation.flat_id.is_(None), Invitation.by_id == by.id), Invitation",
        "or_(Invitation.flat_id.is_(None), Invitation",
        f"invitations/test_invitations {IN_SECRET}",
    ),
    Fault(
        "every coordinator reads the address of an invitation",
        "watch/invitations/routes/inviting.py",
        "if invitation.mailbox is None or not can(Permission.SEE_INVITATION_ADDRESS, invitation):",
        "if invitation.mailbox is None:",
        "invitations/test_invitations",
    ),
    Fault(
        "a coordinator mends, and so reads, the address that another typed",
        PERMISSIONS,
        "    Permission.CORRECT_INVITATION: lambda sent, me, roles: sent.by_id == me,\n",
        "",
        "invitations/test_reminding::test_nobody_mends_and_so_reads_what_another_typed",
    ),
    Fault(
        "a coordinator reads in a form the address that another typed",
        CORRECTING,
        "@requires(Permission.CORRECT_INVITATION)\ndef ask_correct(",
        "@requires(Permission.INVITE)\ndef ask_correct(",
        "invitations/test_reminding",
    ),
    Fault(
        "a coordinator sends another's invitation to another address",
        CORRECTING,
        "@requires(Permission.CORRECT_INVITATION)\ndef correct(",
        "@requires(Permission.INVITE)\ndef correct(",
        "invitations/test_reminding",
    ),
    Fault(
        "the preview of an invitation tells who takes part in other stairwells",
        INVITING,
        "return wanted if stairwells is None else wanted.where(Membership.stairwell_id.in_(stairwells))",
        "return wanted",
        f"{IN_SECRET} invitations/test_previewing",
    ),
    Fault(
        "an invitation is refused because its reader takes part in another stairwell",
        "watch/invitations/service/inviting.py",
        "if members := members_on_mailbox(group, mailbox.id, sight, name=name):",
        "if members := members_on_mailbox(group, mailbox.id, name=name):",
        f"{IN_SECRET} invitations/test_reminding",
    ),
    Fault(
        "the list of invitations tells who takes part in other stairwells",
        INVITED,
        "        wanted = wanted.where(Membership.stairwell_id.in_(stairwells))\n",
        "        wanted = wanted.where(Membership.group_id == group.id)\n",
        f"{IN_SECRET} invitations/test_invitations",
    ),
    Fault(
        "an invitation that ends tells its sender who joined in another stairwell",
        DECIDING,
        "        if is_theirs and is_in_sight(membership, invitation):\n",
        "        if is_theirs:\n",
        IN_SECRET,
    ),
    Fault(
        "a coordinator prints letters to another stairwell",
        "watch/printing/routes/letters.py",
        "flats = flats_of_group(group, relations.stairwells_in(group))",
        "flats = flats_of_group(group)",
        "printing/test_letters",
    ),
    Fault(
        "a coordinator prints the posters of another stairwell",
        "watch/printing/routes/posters.py",
        "relations.stairwells_in(group) if coordinates else None",
        "None",
        "printing/test_posters",
    ),
    Fault(
        "a colleague fetches a pack of letters with its codes",
        PERMISSIONS,
        "    Permission.FETCH_PACK: lambda pack, me, roles: pack.by_id == me,",
        "   ",
        "printing/test_packs",
    ),
    Fault(
        "a pack of letters can be fetched after its day",
        PACKS,
        "    if not is_kept(pack, utcnow()):\n        abort(404)\n",
        "",
        "printing/test_packs",
    ),
    Fault(
        "a file of letters can be fetched after its day",
        PACKS,
        "    _expect_kept(pack)\n    file =",
        "    file =",
        "printing/test_packs",
    ),
    Fault(
        "a colleague reads how far a pack of letters has come",
        PACKS,
        "@requires(Permission.FETCH_PACK)\ndef show_pack",
        "@requires(Permission.PRINT_LETTERS)\ndef show_pack",
        "printing/test_packs",
    ),
    Fault(
        "a colleague fetches a file of a pack",
        PACKS,
        "@requires(Permission.FETCH_PACK)\ndef fetch_file",
        "@requires(Permission.PRINT_LETTERS)\ndef fetch_file",
        "printing/test_packs",
    ),
    Fault(
        "a colleague has a pack made again",
        PACKS,
        "@requires(Permission.FETCH_PACK)\ndef try_again",
        "@requires(Permission.PRINT_LETTERS)\ndef try_again",
        "printing/test_packs",
    ),
    Fault(
        "a colleague removes a pack of letters",
        PACKS,
        "@requires(Permission.FETCH_PACK)\ndef remove_pack",
        "@requires(Permission.PRINT_LETTERS)\ndef remove_pack",
        "printing/test_packs",
    ),
    Fault(
        "a colleague reads to which houses a pack of letters goes",
        "watch/printing/queries.py",
        "LetterPack.by_id == by.id, place == where.id",
        "place == where.id",
        "printing/test_packs",
    ),
)
