/* A Sendcloud v2 parcel as answers and webhooks have it. */
#include <stdlib.h>

#include "sandbox/countries.h"
#include "sandbox/sendcloud.h"
#include "sandbox/switches.h"

static void member_date(struct text *t, const char *key, int64_t ms)
{
    struct text s = {0};

    if (ms)
        text_dashed(&s, berlin_of(ms / 1000));
    text_member(t, key, ms ? s.s : NULL);
    text_done(&s);
}

/* An optional text: "" or null, as the switch wants it. */
static void member_maybe(struct text *t, const char *key, const char *value, bool null_fits)
{
    bool null = !value && (null_fits || (switch_on(SWITCH_SC_MIXED_NULLS) && t->len % 2));

    text_member(t, key, null ? NULL : value ? value : "");
}

static void member_method(struct text *t, const struct sc_parcel *p)
{
    if (!p->method) {
        text_member_raw(
            t, "shipment",
            switch_on(SWITCH_SC_BY_THE_BOOK) ? "{\"id\":8,\"name\":\"Unstamped letter\"}" : "null");
        return;
    }
    text_str(t, ",\"shipment\":{");
    text_member_int(t, "id", p->method_id);
    text_member(t, "name", p->method);
    text_char(t, '}');
    text_member_int(t, "shipping_method", p->method_id);
}

static void member_carrier(struct text *t, const struct sc_parcel *p)
{
    if (!p->carrier && switch_on(SWITCH_SC_BY_THE_BOOK))
        return;
    text_str(t, ",\"carrier\":{");
    text_member(t, "code", p->carrier ? p->carrier : "");
    if (p->carrier_name)
        text_member(t, "name", p->carrier_name);
    text_char(t, '}');
}

static void member_label(struct text *t, const struct sc_parcel *p)
{
    static const char base[] = "https://panel.sendcloud.sc/api/v2/labels";

    if (!p->announced_ms) {
        text_str(t, ",\"label\":{},\"documents\":[]");
        return;
    }
    text_str(t, ",\"label\":{\"normal_printer\":[");
    for (int i = 0; i < 4; i++)
        text_fmt(t, "%s\"%s/normal_printer/%lld?start_from=%d\"", i ? "," : "", base,
                 (long long)p->id, i);
    text_fmt(t, "],\"label_printer\":\"%s/label_printer/%lld\"}", base, (long long)p->id);
    text_fmt(
        t,
        ",\"documents\":[{\"type\":\"label\",\"size\":\"a6\",\"link\":\"https://panel.sendcloud."
        "sc/api/v2/parcels/%lld/documents/label\"}]",
        (long long)p->id);
}

static void member_country(struct text *t, const struct sc_parcel *p)
{
    const struct country *country = country_find(p->country);

    text_str(t, ",\"country\":{");
    text_member(t, "iso_2", country ? country->iso2 : "");
    text_member(t, "iso_3", country ? country->iso3 : "");
    text_member(t, "name", country ? country->name : "");
    text_char(t, '}');
}

static void member_tracking(struct text *t, const struct sc_parcel *p)
{
    text_member(t, "tracking_number", p->tracking);
    if (!p->announced_ms)
        return;
    text_str(t,
             ",\"tracking_url\":\"https://tracking.eu-central-1-0.sendcloud.sc/forward?carrier=");
    text_fmt(t, "%s&code=%s&destination=%s&lang=de-de&source=DE&type=%s&verification=%s\"",
             p->carrier, p->tracking, p->country, p->letter ? "letter" : "parcel", p->postal_code);
}

static void member_links(struct text *t, const struct sc_parcel *p)
{
    char uuid[37];

    text_member(t, "order_number", p->order_number);
    text_member(t, "reference", "0");
    text_member(t, "external_reference", p->reference);
    text_member(t, "external_order_id", p->order_id);
    text_member(t, "external_shipment_id", p->shipment_id);
    text_member(t, "shipment_uuid", p->uuid);
    sc_uuid(uuid, p->collo_set, p->collo_count);
    text_member(t, "colli_uuid", uuid);
    member_maybe(t, "colli_tracking_number", NULL, true);
    text_member_int(t, "collo_nr", p->collo_nr);
    text_member_int(t, "collo_count", p->collo_count);
}

static void member_rest(struct text *t, const struct sc_parcel *p)
{
    struct text weight = {0};

    text_weight(&weight, p->grams, '.');
    text_member(t, "weight", weight.s);
    text_done(&weight);
    text_str(t, p->is_return ? ",\"is_return\":true" : ",\"is_return\":false");
    text_member(t, "type", p->letter ? "letter" : "parcel");
    text_str(t, ",\"data\":{},\"customs_declaration\":{},\"insured_value\":0,"
                "\"total_insured_value\":0,\"contract\":null,\"awb_tracking_number\":null,"
                "\"box_number\":null,\"length\":null,\"width\":null,\"height\":null");
    member_maybe(t, "note", NULL, false);
    member_maybe(t, "to_service_point", NULL, !switch_on(SWITCH_SC_BY_THE_BOOK));
}

void sc_parcel_text(struct text *t, const struct sc_parcel *p, bool full)
{
    text_char(t, '{');
    text_member_int(t, "id", p->id);
    text_char(t, ',');
    text_str(t, p->fixed);
    member_links(t, p);
    member_tracking(t, p);
    text_str(t, ",\"status\":{");
    text_member_int(t, "id", p->status);
    text_member(t, "message", sc_status_message(p->status));
    text_char(t, '}');
    member_method(t, p);
    member_carrier(t, p);
    member_country(t, p);
    member_date(t, "date_created", p->created_ms);
    member_date(t, "date_updated", p->updated_ms);
    if (p->announced_ms || !switch_on(SWITCH_SC_BY_THE_BOOK))
        member_date(t, "date_announced", p->announced_ms);
    member_label(t, p);
    member_rest(t, p);
    if (full && p->customs) {
        char *s = json_dumps(p->customs, JSON_COMPACT | JSON_REAL_PRECISION(15));

        text_member_raw(t, "customs_information", s);
        free(s);
    }
    text_char(t, '}');
}

void sc_parcel_move(struct sc_account *a, struct sc_parcel *p, int status)
{
    p->status = status;
    p->updated_ms = clock_ms();
    sc_hook_parcel(a, p);
}
