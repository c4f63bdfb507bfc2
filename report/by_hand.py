"""What no machine can judge, and how a person does it. Nobody has done it for this release: the page says so."""

from __future__ import annotations

WAYS = (
    (
        "NVDA with Firefox and Chrome, JAWS with Chrome",
        (
            "Go through `guidance` and `notification` without looking: headings by H, fields by F, the error page by "
            "pressing 'Jatka' at once. Is each question, hint and error heard once, and before the field is left?"
        ),
    ),
    (
        "VoiceOver on iOS with Safari",
        (
            "Swipe through a form and its check page. Is 'Muuta' read with its page's name each time? Is the summary "
            "read when an error page opens?"
        ),
    ),
    (
        "TalkBack on Android with Chrome",
        "The same; besides, whether the error is read once only, and whether the number of characters left is said.",
    ),
    (
        "Speech control (Dragon, Windows and Android voice access, iOS Voice Control)",
        "Say the visible words of each link, choice and button, and dictate into the long text.",
    ),
    (
        "Windows contrast themes, as people set them",
        "A dark and a light theme in Edge: can choices, the focus, errors and the urgent line be told apart?",
    ),
    (
        "A real zoom of 200 % and 400 %, and large text on a telephone",
        "In Firefox, Chrome and Safari on a 1280 pixel wide screen, and with the telephone's largest text.",
    ),
    (
        "A switch, or the keyboard of a tablet",
        "From the start page to the receipt; count the presses.",
    ),
    (
        "Plain language, with people who use it",
        (
            "Five readers of Finnish and five of Swedish, some of them young or learning the language, say in their own "
            "words what each page and error asks for."
        ),
    ),
    (
        "Leaving at once, with somebody who knows what it is to be watched",
        "History, other programs and other people stay; is that understood before the first answer?",
    ),
)
