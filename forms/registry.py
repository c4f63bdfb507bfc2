"""Every public form by its slug. A new form is one file, one line here, and its texts."""

from __future__ import annotations

from forms.anticipatory_notification import ANTICIPATORY_NOTIFICATION
from forms.feedback import FEEDBACK
from forms.guidance import GUIDANCE
from forms.joint_contact import JOINT_CONTACT
from forms.notification import NOTIFICATION
from forms.own_worker import OWN_WORKER
from forms.professional_notification import PROFESSIONAL_NOTIFICATION
from forms.spec import FormSpec

FORMS: dict[str, FormSpec] = {
    spec.slug: spec
    for spec in (
        GUIDANCE,
        OWN_WORKER,
        NOTIFICATION,
        PROFESSIONAL_NOTIFICATION,
        JOINT_CONTACT,
        ANTICIPATORY_NOTIFICATION,
        FEEDBACK,
    )
}
