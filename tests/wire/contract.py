"""Every row of the contract, with the test that holds it. A row without a test, or a test that is gone, fails `test_contract.py`.

Rows are named by section and number (or the word they begin with); `-` stands for what no server can hold.
"""

WOO, PRESTA, SDK, ODOO, APP, DISPATCH, LIVE, TRAPS, RULES, HTTP, CHANGING, FILES = (
    "test_woocommerce", "test_prestashop", "test_sdk_and_webhooks", "test_odoo_and_feeds", "test_courier_app", "test_dispatcher",
    "test_realtime", "test_traps", "test_rules", "test_over_http", "test_changing", "test_files",
)  # fmt: skip

# What there has to be a row for.
NUMBERED = {"5a": 8, "5b": 7, "5d": 24, "5h": 11}
NAMED = {
    "5.0": {
        "paths", "iris", "negotiation", "request types", "collections", "dates", "time slots", "money", "geo", "address out", "address in",
        "client credentials", "scopes", "api key", "login", "refresh", "expired",
    },
    "5c": {
        "sdk", "webhook made", "webhook sent", "choices", "prices", "assert", "get", "put", "delete", "pick and drop", "store deliveries",
        "import async", "import tasks", "delivery out", "odoo",
    },
    "5d": {"task object", "rules of status"},
    "5e": {
        "tasks", "task lists", "tours", "users", "tags", "set items", "put tour", "cancel", "generate orders", "order", "my stores",
        "store deliveries", "store facts", "restaurants", "arbitrary price",
    },
    "5f": {"handshake", "courier", "dispatcher", "refused", "refresh"},
    "5g": {"business rule", "validation", "not authenticated", "forbidden", "not found", "oauth"},
}  # fmt: skip

ROWS: dict[tuple[str, str], str] = {
    ("5.0", "paths"): f"{HTTP}::test_nothing_redirects_and_nothing_is_html",
    ("5.0", "iris"): f"{RULES}::test_moments_have_an_offset_and_no_fraction_and_links_are_paths",
    ("5.0", "negotiation"): f"{RULES}::test_an_answer_is_json_whatever_is_accepted",
    ("5.0", "request types"): f"{RULES}::test_a_body_is_json_under_any_of_its_types",
    ("5.0", "collections"): f"{TRAPS}::test_10_collections_keep_their_prefix",
    ("5.0", "dates"): f"{RULES}::test_moments_have_an_offset_and_no_fraction_and_links_are_paths",
    ("5.0", "time slots"): f"{TRAPS}::test_4_slots_are_read_in_the_co_ops_zone",
    ("5.0", "money"): f"{RULES}::test_a_point_is_two_numbers_and_money_and_weight_are_whole",
    ("5.0", "geo"): f"{RULES}::test_a_point_is_two_numbers_and_money_and_weight_are_whole",
    ("5.0", "address out"): f"{RULES}::test_an_address_goes_out_with_all_its_words",
    ("5.0", "address in"): f"{RULES}::test_an_address_comes_in_as_text_or_object",
    ("5.0", "client credentials"): f"{WOO}::test_saving_the_settings_signs_in",
    ("5.0", "scopes"): f"{SDK}::test_a_refused_token_says_why_in_the_three_words_clients_read",
    ("5.0", "api key"): "../api/test_programs_pages::test_an_api_key_is_a_token_that_does_not_end",
    ("5.0", "login"): f"{APP}::test_signing_in_with_a_form",
    ("5.0", "refresh"): f"{APP}::test_a_refresh_token_is_given_back_unchanged",
    ("5.0", "expired"): f"{APP}::test_an_expired_token_is_401_with_its_words",
    **{("5a", str(n)): f"{HTTP}::test_woocommerce_from_its_settings_page_to_an_order" for n in range(1, 9)},
    **{("5b", str(n)): f"{HTTP}::test_prestashop_from_its_settings_to_a_paid_order" for n in range(1, 8)},
    ("5c", "sdk"): f"{HTTP}::test_the_php_sdk_orders_and_hears_of_it",
    ("5c", "webhook made"): f"{SDK}::test_the_secret_of_a_webhook_is_told_once",
    ("5c", "webhook sent"): f"{SDK}::test_both_signatures_are_over_the_bytes_sent",
    ("5c", "choices"): f"{RULES}::test_the_plain_prices_and_slots_of_integrators",
    ("5c", "prices"): "../api/test_idempotency::test_tax_can_be_left_out_of_a_price",
    ("5c", "assert"): "../api/test_idempotency::test_asserting_writes_nothing",
    ("5c", "get"): f"{CHANGING}::test_what_is_told_of_a_new_delivery_is_what_reading_it_tells",
    ("5c", "put"): f"{CHANGING}::test_what_is_said_replaces_what_stands",
    ("5c", "delete"): "../api/test_idempotency::test_a_cancelled_delivery_answers_204_twice",
    ("5c", "pick and drop"): f"{SDK}::test_a_delivery_tells_its_whole_way_in_order",
    ("5c", "store deliveries"): f"{DISPATCH}::test_a_stores_deliveries_have_a_view",
    ("5c", "import async"): f"{ODOO}::test_a_file_is_checked_and_ordered_by_a_worker",
    ("5c", "import tasks"): f"{FILES}::test_tasks_in_lines_become_deliveries",
    ("5c", "delivery out"): f"{WOO}::test_an_order_becomes_a_delivery",
    ("5c", "odoo"): f"{HTTP}::test_odoo_reads_the_orders_of_a_day",
    **{("5d", str(n)): f"{HTTP}::test_the_app_chooses_its_server_and_signs_in" for n in (1, 2, 3, 4, 24)},
    **{("5d", str(n)): f"{HTTP}::test_the_app_keeps_its_push_token" for n in (5, 6)},
    **{("5d", str(n)): f"{HTTP}::test_the_app_rides_a_day" for n in (7, 8, 9, 10)},
    ("5d", "11"): f"{APP}::test_what_is_over_answers_400",
    ("5d", "12"): f"{CHANGING}::test_a_cancellation_is_taken_back",
    **{("5d", str(n)): f"{HTTP}::test_the_app_reports_with_pictures" for n in (13, 14, 15, 16)},
    **{("5d", str(n)): f"{HTTP}::test_the_app_asks_for_the_rest" for n in (17, 18, 19, 21, 23)},
    ("5d", "20"): f"{RULES}::test_the_edit_tab_reads_its_store",
    ("5d", "22"): f"{CHANGING}::test_a_scan_token_of_another_parcel_is_refused",
    ("5d", "task object"): f"{APP}::test_a_task_has_what_the_screens_read",
    ("5d", "rules of status"): f"{APP}::test_a_drop_before_its_pickup_answers_400",
    ("5e", "tasks"): f"{DISPATCH}::test_tasks_of_a_day_come_in_pages",
    ("5e", "task lists"): f"{DISPATCH}::test_a_whole_day_is_given_taken_back_and_ordered_by_one_call",
    ("5e", "tours"): f"{DISPATCH}::test_rounds_made_on_the_board_are_tours",
    ("5e", "users"): f"{DISPATCH}::test_couriers_are_found_by_role",
    ("5e", "tags"): f"{RULES}::test_tags_are_told_to_who_works_here_and_to_no_shop",
    ("5e", "set items"): f"{DISPATCH}::test_a_whole_day_is_given_taken_back_and_ordered_by_one_call",
    ("5e", "put tour"): f"{DISPATCH}::test_a_tour_is_reordered_and_renamed",
    ("5e", "cancel"): f"{CHANGING}::test_a_cancellation_is_taken_back",
    ("5e", "generate orders"): f"{FILES}::test_what_comes_again_is_read_by_whose_it_is",
    ("5e", "order"): f"{DISPATCH}::test_a_dispatcher_orders_for_a_store",
    ("5e", "arbitrary price"): f"{DISPATCH}::test_a_dispatcher_agrees_on_another_price_to_the_cent",
    ("5e", "my stores"): f"{TRAPS}::test_10_collections_keep_their_prefix",
    ("5e", "store deliveries"): f"{DISPATCH}::test_a_stores_deliveries_have_a_view",
    ("5e", "store facts"): f"{RULES}::test_the_edit_tab_reads_its_store",
    ("5e", "restaurants"): f"{RULES}::test_what_this_house_has_not_is_an_empty_collection",
    ("5f", "handshake"): f"{LIVE}::test_a_courier_is_told_their_new_list",
    ("5f", "courier"): f"{LIVE}::test_a_courier_is_told_their_new_list",
    ("5f", "dispatcher"): f"{LIVE}::test_a_dispatcher_is_told_of_tasks_and_lists",
    ("5f", "refused"): f"{LIVE}::test_nobody_listens_to_somebody_else_or_without_a_token",
    ("5f", "refresh"): f"{LIVE}::test_a_token_is_refreshed",
    ("5g", "business rule"): f"{APP}::test_what_is_over_answers_400",
    **{
        ("5g", name): f"{RULES}::test_every_refusal_has_its_shape" for name in ("validation", "not authenticated", "forbidden", "not found")
    },
    ("5g", "oauth"): f"{WOO}::test_wrong_keys_are_refused_as_the_plugin_expects",
    ("5h", "1"): f"{TRAPS}::test_1_without_hours_a_store_has_no_time_slot",
    ("5h", "2"): f"{TRAPS}::test_2_the_interval_is_at_least_a_day",
    ("5h", "3"): f"{TRAPS}::test_3_a_slot_past_midnight_ends_the_next_day",
    ("5h", "4"): f"{TRAPS}::test_4_a_slot_that_has_begun_goes_on_from_now",
    ("5h", "5"): f"{TRAPS}::test_5_push_tokens_are_taken_without_any_push",
    ("5h", "6"): f"{APP}::test_a_refresh_token_is_given_back_unchanged",
    ("5h", "7"): f"{APP}::test_a_picture_for_other_hands_is_403_so_that_the_queue_stops",
    ("5h", "8"): f"{APP}::test_nothing_to_do_is_an_empty_object_never_null",
    ("5h", "9"): f"{TRAPS}::test_9_what_the_app_reads_is_never_null",
    ("5h", "10"): f"{TRAPS}::test_10_collections_keep_their_prefix",
    ("5h", "11"): f"{APP}::test_looking_at_a_day_makes_no_list",
}

# The addresses clients call, by method: each has to be an endpoint.
ADDRESSES = """
GET /api | POST /oauth2/token | GET /api/me | GET /api/settings | POST /api/login_check | POST /api/token/refresh
GET /api/stores/{pk} | GET /api/time_slots/{pk} | GET /api/time_slots/{pk}/choices | GET /api/time_slots/choices
POST /api/deliveries | GET /api/deliveries/{pk} | PUT /api/deliveries/{pk} | DELETE /api/deliveries/{pk}
PUT /api/deliveries/{pk}/pick | PUT /api/deliveries/{pk}/drop | POST /api/deliveries/assert | POST /api/deliveries/import_async
POST /api/deliveries/import | POST /api/tasks/import | POST /api/retail_prices/calculate | POST /api/webhooks | GET /api/webhooks/{pk}
GET /api/orders | POST /api/me/remote_push_tokens | DELETE /api/me/remote_push_tokens/{token} | GET /api/me/tasks/{day}
PUT /api/tasks/{pk}/start | PUT /api/tasks/{pk}/done | PUT /api/tasks/done | PUT /api/tasks/{pk}/failed | PUT /api/tasks/{pk}/cancel
PUT /api/tasks/{pk}/restore | POST /api/tasks/{pk}/duplicate | PUT /api/tasks/{pk}/assign | PUT /api/tasks/{pk}/unassign
PUT /api/tasks/assign | PUT /api/tasks/{pk}/reschedule | PUT /api/tasks/{pk}/append_to_comment | GET /api/tasks/{pk}/failure_reasons
POST /api/incidents | POST /api/task_images | POST /api/incident_images | POST /api/me/location | GET /api/tasks/{pk}/context
GET /api/tasks/{pk}/delivery_form_data | GET /api/barcode | GET /api/centrifugo/token | POST /api/centrifugo/token/refresh
GET /api/tasks | GET /api/task_lists/v2 | GET /api/tours | PUT /api/tours/{pk} | PUT /api/task_lists/set_items/{day}/{username}
GET /api/users | GET /api/stores | GET /api/restaurants | GET /api/tags | GET /api/recurrence_rules/generate_orders
GET /api/recurrence_rules | GET /api/me/stores | GET /api/stores/{pk}/deliveries | GET /api/stores/{pk}/addresses
GET /api/stores/{pk}/time_slots | GET /api/stores/{pk}/packages | GET /api/stores/{pk}/payment_methods | GET /api/me/restaurants
POST /api/quotes | GET /api/events | GET /api/me/calendar | GET /api/tours/{pk}/geojson | GET /api/deliveries/{pk}/geojson
GET /api/tasks/export.csv | GET /api/deliveries/export.csv | GET /api/tours/{pk}/export.csv
"""
