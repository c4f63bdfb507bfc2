"""Every public form by its slug. A new form is one file, one line here, and its texts."""

from __future__ import annotations

from forms.base import FormSpec
from forms.guidance import GUIDANCE

FORMS: dict[str, FormSpec] = {spec.slug: spec for spec in (GUIDANCE,)}
