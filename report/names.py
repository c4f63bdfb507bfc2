"""Names of the tests that the report refers to. A test asserts that each exists, and a run that each was run."""

from __future__ import annotations

KEYBOARD = "test_by_keyboard_alone_with_a_visible_focus_at_every_stop"
NO_SCRIPT = "test_without_javascript_and_with_nothing_asked_twice"
PHONE = "test_on_a_phone"
ZOOMED = "test_on_a_window_as_small_as_four_hundred_percent_zoom_leaves"
SMALL = "test_nothing_hides_the_focus_in_a_small_window"
ENTER = "test_enter_in_a_childs_name_goes_on_and_neither_adds_nor_removes_a_child"
BACK = "test_back_leads_page_by_page_to_the_start_and_every_answer_is_still_there"
CHANGE = "test_each_link_to_change_an_answer_has_a_name_of_its_own_and_comes_back_to_the_check"
AGAIN = "test_the_shown_page_of_a_choice_is_the_same_with_the_choice_made"

ERRORS = "test_the_error_summary_takes_the_focus_and_leads_to_the_fields"
KEPT = "test_what_was_typed_stays_beside_the_error"
LANGUAGE = "test_another_language_shows_the_same_page_of_the_same_draft"

LINES = "test_a_line_break_counts_once"
LEFT = "test_the_characters_that_are_left_are_shown_and_said"
CHECKING = "test_the_page_that_checks_answers_asks_nothing_and_leads_to_what_is_missing"
ADDED = "test_after_adding_or_taking_off_a_child_the_focus_is_where_one_goes_on"
WAY_BACK = "test_a_link_back_stays_on_a_page_with_an_error_and_leads_back"

SPOKEN = "test_a_page_says_to_screen_readers_what_it_said"
SAME = "test_head_help_and_foot_are_the_same_on_every_page"

FORCED = "test_in_forced_colours_a_choice_made_looks_different"
FORCED_FOCUS = "test_in_forced_colours_the_focus_can_be_seen_on_every_kind_of_control"
FORCED_ERRORS = "test_in_forced_colours_an_error_and_the_present_language_are_marked"
RINGS = "test_borders_marks_and_the_ring_stand_out_from_the_ground"
STILL = "test_nothing_moves_for_those_who_ask_for_stillness"

WORDS = "test_words_stand_out_from_every_ground_they_can_lie_on"
MARKS = "test_borders_marks_and_rings_stand_out_from_every_ground"
GROUNDS = "test_the_grounds_of_the_pages_are_those_that_a_countys_colours_are_held_against"
PALE = "test_a_bundle_with_a_pale_colour_is_refused_naming_its_line_and_ratio"
PURPOSE = "test_a_browser_may_fill_in_what_it_knows_of_its_user"
NO_PURPOSE = "test_a_browser_fills_in_nothing_about_anybody_else"

#: Each goes through a whole form to its receipt.
JOURNEYS = (KEYBOARD, NO_SCRIPT, PHONE, ZOOMED, SMALL)
