/* Shipping methods, parcel statuses and tracking numbers: what carriers bring along. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/countries.h"
#include "sandbox/sendcloud.h"
#include "sandbox/switches.h"

enum { FIRST_METHOD = 8, METHOD_STEP = 1000, UNSTAMPED = 8 };

static const char eu[] =
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE "
    "SI SK";

/* The first one is the free test label; its id never changes. */
static const struct sc_method methods[] = {
    {"Unstamped letter", "sendcloud", "Sendcloud", 1, 10000, "*", true},
    {"DHL Kleinpaket 0-1kg", "dhl_de", "DHL", 1, 1001, "DE", false},
    {"DHL Paket 0-5kg", "dhl_de", "DHL", 1, 5001, "DE", false},
    {"DHL Paket 5-10kg", "dhl_de", "DHL", 5001, 10001, "DE", false},
    {"DHL Paket 10-31.5kg", "dhl_de", "DHL", 10001, 31501, "DE", false},
    {"DHL Paket International 0-5kg", "dhl_de", "DHL", 1, 5001, "*", false},
    {"DHL Paket International 5-31.5kg", "dhl_de", "DHL", 5001, 31501, "*", false},
    {"DPD Classic 0-31.5kg", "dpd", "DPD", 1, 31501, eu, false},
    {"GLS Business Parcel 0-40kg", "gls_de", "GLS", 1, 40001, eu, false},
    {"UPS Standard 0-70kg", "ups", "UPS", 1, 70001, "*", false},
    {"Hermes Paket 0-25kg", "hermes_de", "Hermes", 1, 25001, "DE", false},
};

static const struct {
    int id;
    const char *message, *code;
} statuses[] = {
    {1, "Announced", "ANNOUNCED"},
    {3, "En route to sorting center", "EN_ROUTE_TO_SORTING_CENTER"},
    {4, "Delivery delayed", "DELIVERY_DELAYED"},
    {5, "Sorted", "SORTED"},
    {6, "Not sorted", "NOT_SORTED"},
    {7, "Being sorted", "BEING_SORTED"},
    {8, "Delivery attempt failed", "DELIVERY_ATTEMPT_FAILED"},
    {SC_DELIVERED, "Delivered", "DELIVERED"},
    {12, "Awaiting customer pickup", "AWAITING_CUSTOMER_PICKUP"},
    {13, "Announced: not collected", "ANNOUNCED_UNCOLLECTED"},
    {15, "Error collecting", "ERROR_COLLECTING"},
    {22, "Shipment picked up by driver", "SHIPMENT_PICKED_UP_BY_DRIVER"},
    {80, "Unable to deliver", "UNABLE_TO_DELIVER"},
    {91, "Parcel en route", "PARCEL_EN_ROUTE"},
    {92, "Driver en route", "DRIVER_EN_ROUTE"},
    {93, "Shipment collected by customer", "SHIPMENT_COLLECTED_BY_CUSTOMER"},
    {SC_NO_LABEL, "No label", "NO_LABEL"},
    {SC_READY, "Ready to send", "READY_TO_SEND"},
    {SC_ANNOUNCING, "Being announced", "ANNOUNCING"},
    {SC_FAILED, "Announcement failed", "ANNOUNCEMENT_FAILED"},
    {1337, "Unknown status - check carrier track & trace page for more insights", "UNKNOWN"},
    {SC_CANCELLED_UPSTREAM, "Cancelled upstream", "CANCELLED_UPSTREAM"},
    {SC_CANCEL_REQUESTED, "Cancellation requested", "CANCELLATION_REQUESTED"},
    {SC_CANCELLED, "Cancelled", "CANCELLED"},
    {SC_CANCEL_SUBMITTING, "Submitting cancellation request", "SUBMITTING_CANCELLATION_REQUEST"},
    {62989, "At Customs", "AT_CUSTOMS"},
    {62990, "At sorting centre", "AT_SORTING_CENTRE"},
    {62991, "Refused by recipient", "REFUSED_BY_RECIPIENT"},
    {62992, "Returned to sender", "RETURNED_TO_SENDER"},
    {62993, "Delivery method changed", "DELIVERY_METHOD_CHANGED"},
    {62994, "Delivery date changed", "DELIVERY_DATE_CHANGED"},
    {62995, "Delivery address changed", "DELIVERY_ADDRESS_CHANGED"},
    {62996, "Exception", "EXCEPTION"},
    {62997, "Address invalid", "ADDRESS_INVALID"},
};

const char *sc_status_message(int status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (statuses[i].id == status)
            return statuses[i].message;
    }
    return "Status of tomorrow";
}

void sc_statuses_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    json_t *list = json_array();

    (void)a;
    (void)parts;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        (void)json_array_append_new(
            list, json_pack("{s:i,s:s}", "id", statuses[i].id, "message", statuses[i].message));
    call_answer_json(c, 200, list);
}

void sc_v3_statuses_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    json_t *list = json_array();

    (void)a;
    (void)parts;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        (void)json_array_append_new(
            list, json_pack("{s:s,s:s}", "code", statuses[i].code, "message", statuses[i].message));
    call_answer_json(c, 200, json_pack("{s:o}", "data", list));
}

/* ---- methods ---- */

static bool method_reaches(const struct sc_method *m, const char *country)
{
    return same_text(m->countries, "*") || (country && strstr(m->countries, country));
}

const struct sc_method *sc_method_find(const char *name, const char *carrier)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if ((!name || same_text(methods[i].name, name)) &&
            (!carrier || same_text(methods[i].carrier, carrier)))
            return &methods[i];
    }
    return NULL;
}

const struct sc_method *sc_method_for(const char *country, int64_t grams)
{
    bool home = same_text(country, "DE");

    for (size_t i = home ? 2 : 5; i < sizeof methods / sizeof *methods; i++) {
        if (method_reaches(&methods[i], country) && grams < methods[i].to_g)
            return &methods[i];
    }
    return &methods[sizeof methods / sizeof *methods - 2];
}

int64_t sc_method_id(const struct sc_method *m)
{
    int64_t at = m - methods;

    return at ? FIRST_METHOD + METHOD_STEP * (1 + switch_int(SWITCH_SC_METHOD_EPOCH)) + at
              : UNSTAMPED;
}

const struct sc_method *sc_method_by_id(int64_t id)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (sc_method_id(&methods[i]) == id)
            return &methods[i];
    }
    return NULL;
}

/* The countries a method lists: the EU, and a few others when it goes anywhere. */
static json_t *method_countries(const struct sc_method *m)
{
    static const char others[] = " CH GB NO US CA AU IC XK";
    json_t *list = json_array();
    struct text all = {0};

    text_str(&all, same_text(m->countries, "*") ? eu : m->countries);
    text_str(&all, same_text(m->countries, "*") ? others : "");
    for (size_t at = 0; at + 2 <= all.len; at += 3) {
        char code[3] = {all.s[at], all.s[at + 1], '\0'};
        const struct country *country = country_find(code);
        json_t *row = json_pack("{s:I,s:s,s:f,s:s,s:s}", "id", (json_int_t)at / 3 + 1, "name",
                                country->name, "price", switch_on(SWITCH_SC_PRICES) ? 6.99 : 0.0,
                                "iso_2", country->iso2, "iso_3", country->iso3);

        (void)json_array_append_new(list, row);
    }
    text_done(&all);
    return list;
}

static json_t *method_json(const struct sc_method *m)
{
    struct text from = {0}, to = {0};
    json_t *row;

    text_weight(&from, m->from_g, '.');
    text_weight(&to, m->to_g, '.');
    row = json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:i,s:o}", "id", (json_int_t)sc_method_id(m), "name",
                    m->name, "carrier", m->carrier, "min_weight", from.s, "max_weight", to.s,
                    "service_point_input", "none", "price", 0, "countries", method_countries(m));
    text_done(&from);
    text_done(&to);
    return row;
}

void sc_methods_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    json_t *list = json_array();

    (void)a;
    (void)parts;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        (void)json_array_append_new(list, method_json(&methods[i]));
    call_answer_json(c, 200, json_pack("{s:o}", "shipping_methods", list));
}

void sc_method_get(struct call *c, struct sc_account *a, const struct path_parts *parts)
{
    int64_t id;
    const struct sc_method *m = int_of(parts->part[0], &id) ? sc_method_by_id(id) : NULL;

    (void)a;
    if (m)
        call_answer_json(c, 200, json_pack("{s:o}", "shipping_method", method_json(m)));
    else
        sc_error(c, 404, "No ShippingMethod matches the given query.");
}

/* ---- tracking numbers ---- */

/* GS1 modulo 10: weights 3 and 1 from the left, the first one given. */
static char mod10(const char *digits, int even, int odd, int more)
{
    int sum = more;

    for (size_t i = 0; digits[i]; i++)
        sum += (digits[i] - '0') * (i % 2 ? odd : even);
    return (char)('0' + (10 - sum % 10) % 10);
}

char *sc_tracking_number(const char *carrier, int64_t n)
{
    struct text t = {0};

    if (same_text(carrier, "dhl_de")) {
        text_fmt(&t, "00340434%011lld", (long long)n);
        text_char(&t, mod10(t.s, 3, 1, 0));
    } else if (same_text(carrier, "ups")) {
        struct text digits = {0};

        text_fmt(&digits, "%015lld", (long long)n);
        text_fmt(&t, "1Z%s%c", digits.s, mod10(digits.s, 1, 2, 0));
        text_done(&digits);
    } else if (same_text(carrier, "gls_de")) {
        text_fmt(&t, "%011lld", (long long)n);
        text_char(&t, mod10(t.s, 3, 1, 1));
    } else if (same_text(carrier, "hermes_de")) {
        text_fmt(&t, "%013lld", (long long)n);
        text_char(&t, mod10(t.s, 3, 1, 0));
    } else {
        text_fmt(&t, "0%013lld", (long long)n);
    }
    return text_take(&t);
}
