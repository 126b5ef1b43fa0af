"""Stores, slots and prices."""

from django.urls import path

from orders.api.views import imports, ordered, prices, recurring, stores

urlpatterns = [
    path("me", stores.Me.view(), name="me"),
    path("me/stores", stores.MyStores.view(), name="me_stores"),
    path("stores", stores.Stores.view(), name="stores"),
    path("stores/<int:pk>", stores.Store.view(), name="store"),
    path("stores/<int:pk>/addresses", stores.StoreAddresses.view(), name="store_addresses"),
    path("stores/<int:pk>/time_slots", stores.StoreTimeSlots.view(), name="store_time_slots"),
    path("stores/<int:pk>/packages", stores.StorePackages.view(), name="store_packages"),
    path("stores/<int:pk>/payment_methods", stores.StorePaymentMethods.view(), name="store_payment_methods"),
    path("time_slots/choices", stores.Choices.view(), name="choices"),
    path("time_slots/<int:pk>", stores.TimeSlot.view(), name="time_slot"),
    path("time_slots/<int:pk>/choices", stores.Choices.view(), name="time_slot_choices"),
    path("packages", stores.Packages.view(), name="packages"),
    path("packages/<int:pk>", stores.Package.view(), name="package"),
    path("addresses/<int:pk>", stores.Address.view(), name="address"),
    path("retail_prices/calculate", prices.Calculate.view(), name="calculate"),
    path("quotes", prices.Quotes.view(), name="quotes"),
    path("quotes/<uuid:ref>", prices.QuoteKept.view(), name="quote"),
    path("deliveries/assert", prices.Assert.view(), name="delivery_assert"),
    path("deliveries/import_async", imports.ImportAsync.view(), name="import_async"),
    path("deliveries/import", imports.ImportNow.view(), name="import_now"),
    path("tasks/import", imports.ImportNow.view(), name="import_tasks"),
    path("recurrence_rules", recurring.RecurrenceRules.view(), name="recurrence_rules"),
    path("recurrence_rules/<int:pk>", recurring.OneRecurrenceRule.view(), name="recurrence_rule"),
    path("deliveries/imports/<uuid:ref>", imports.OneImport.view(), name="import"),
    path("deliveries/imports/<uuid:ref>/order", imports.OrderImport.view(), name="import_order"),
    path("orders", ordered.Orders.view(), name="orders"),
    path("orders/<int:pk>", ordered.OneOrder.view(), name="order"),
]
