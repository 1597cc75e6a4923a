"""Why a pull could not be done. Nothing here quotes a secret, or what a server has written of its own accord."""

from shuke.core.errors import Invalid, ShukeError
from shuke.core.words import mark as _


class PullFailed(ShukeError):
    code = "pull_failed"
    message = _("%(host)s could not be read.")


class AddressForbidden(PullFailed):
    code = "pull_address_forbidden"
    message = _(
        "%(host)s has the address %(address)s, and pulls may not go into its network. If they should, whoever runs "
        "Shuke adds the address to the setting SHUKE_PULL_ALLOW, for example SHUKE_PULL_ALLOW=%(address)s (several are "
        "parted by commas), and restarts Shuke."
    )

    def __init__(self, *, host: str | None, address: str = "…") -> None:
        """Runs that are kept from before do not say which address it was."""
        super().__init__(host=host, address=address)


class AddressUnknown(PullFailed):
    code = "pull_address_unknown"
    message = _("%(host)s is not found: nothing on the network has this name.")


class AddressInsecure(PullFailed):
    code = "pull_address_insecure"
    message = _("%(host)s lies in the public internet: there pulls go by https only.")


class RedirectedElsewhere(PullFailed):
    code = "pull_redirected_elsewhere"
    message = _("%(host)s sends us on to %(to)s. Pulls follow to addresses that begin with http or https only.")


class Unreachable(PullFailed):
    code = "pull_unreachable"
    message = _("%(host)s does not answer, or ended the connection.")


class Denied(PullFailed):
    code = "pull_denied"
    message = _("%(host)s does not let us in: user, password or key are not the ones it wants, or may not read this.")


class NotThere(PullFailed):
    code = "pull_not_there"
    message = _("%(host)s answers, but what the pull asks for is not there.")


class AnsweredOtherwise(PullFailed):
    code = "pull_answered_otherwise"
    message = _("%(host)s answered with the status %(status)s.")


class RedirectedTooOften(PullFailed):
    code = "pull_redirected_too_often"
    message = _("%(host)s sends us from one address to the next without end.")


class TooLarge(PullFailed):
    code = "pull_too_large"
    message = _("%(host)s sends more than %(megabytes)s MB. Nothing of it was imported.")


class TooSlow(PullFailed):
    code = "pull_too_slow"
    message = _("%(host)s was too slow. Nothing of it was imported.")


class TooManyFiles(PullFailed):
    code = "pull_too_many_files"
    message = _("More than %(most)s files in this folder fit the name. Move away what was fetched long ago.")


class StillWritten(PullFailed):
    code = "pull_still_written"
    message = _("%(file)s changed while it was read; it is fetched again the next time.")


class HostKeyUnknown(PullFailed):
    code = "pull_host_key_unknown"
    message = _("%(host)s shows a key that nobody has confirmed yet: %(fingerprint)s.")


class HostKeyChanged(PullFailed):
    code = "pull_host_key_changed"
    message = _(
        "%(host)s shows another key than the one that was confirmed: %(fingerprint)s. Somebody may stand between you "
        "and it. No password was sent. Ask its administrator before you confirm the new key."
    )


class DatabaseUnknown(PullFailed):
    code = "pull_database_unknown"
    message = _("%(host)s lets us in, but has no database %(database)s, or not for this user.")


class LoginUnsafe(PullFailed):
    code = "pull_login_unsafe"
    message = _(
        "%(host)s asks for the password in a way in which others could read it, or that Shuke does not know. It was "
        "not sent. Let this user log in with mysql_native_password, or with caching_sha2_password over TLS."
    )


class NotEncrypted(PullFailed):
    code = "pull_not_encrypted"
    message = _(
        "The connection to %(host)s could not be encrypted as its address asks for: the server offers no TLS, an "
        "outdated one, or a certificate that is not valid for this name. No password was sent."
    )


class StrangeAnswer(PullFailed):
    code = "pull_strange_answer"
    message = _("%(host)s answers, but not as a database of this sort does. Does the port in the address belong to it?")


class QueryRefused(PullFailed):
    code = "pull_query_refused"
    message = _("The database does not take the query (%(state)s). %(words)s")


class NotOneSelect(QueryRefused):
    code = "pull_query_not_one_select"
    message = _(
        "A query is one SELECT, and nothing else: it writes nothing, calls no procedure and sends its rows to no file. "
        "%(words)s"
    )


class ColumnsChanged(PullFailed):
    code = "pull_columns_changed"
    message = _(
        "%(file)s has other columns than agreed. New: %(added)s. Missing: %(missing)s. Nothing of it was imported."
    )


class NeverAgreed(PullFailed):
    code = "pull_never_agreed"
    message = _(
        "Nobody has agreed yet what the columns of %(file)s mean. Look at it and start its import once; "
        "from then on files like it come in by themselves."
    )


class Stopped(PullFailed):
    code = "pull_stopped"
    message = _("An error of the program has stopped this. If that happens again, tell your administrator.")


class WrongAddress(Invalid):
    code = "pull_address_wrong"
    message = _("This address cannot be used. It must look like %(example)s.")


class WrongKey(Invalid):
    code = "pull_key_wrong"
    message = _("This private key cannot be read. Keys that need a passphrase are not taken.")


class SecretNeeded(Invalid):
    code = "pull_secret_needed"
    message = _(
        "Enter the password or key: a database does not let anybody in without, and a new address needs it again."
    )


class NameTaken(Invalid):
    code = "pull_name_taken"
    message = _("There is a pull of this name already.")
