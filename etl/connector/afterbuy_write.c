/* afterbuy_write.c: what goes back to Afterbuy: tracking numbers (shipments) and tags (marks).
 * UpdateSoldItems tells nothing per order, so both are sought: before the write, for what stands
 * there must not be lost; and after it, for what does not stand there then was refused without a
 * word.
 *
 * What a seek saw is kept as text in seen_text: of a shipment the fields it may change, of a mark
 * the tags, separated by a character that XML cannot hold. */
#include "connector/afterbuy.h"

#include "connector/fields.h"
#include "core/text.h"
#include "wire/xml.h"

#define TAG_POINTS_MAX 50
#define SEEN_MARK '\x1f'
#define SEEN_MARK_TEXT "\x1f"
#define LIST_MARKS ", ;\t\r\n" /* between several numbers in one field */

/* ---- seeking ---- */

static bool orders_seek(const struct account *account, struct batch *batch, struct request *out,
                        struct err *err)
{
    (void)err;
    afterbuy_begin(out, account, "GetSoldItems", false);
    afterbuy_sold_items(out, BATCH_MAX, true);
    xml_open(&out->body, "DataFilter");
    afterbuy_filter(&out->body, "OrderID");
    for (size_t i = 0; i < batch->len; i++)
        xml_leaf(&out->body, "FilterValue", batch->entries[i].record->order_ref);
    afterbuy_filter_end(&out->body);
    afterbuy_range(&out->body, batch->next);
    xml_close(&out->body, "DataFilter");
    return true;
}

static bool is_unsettled(const struct entry *entry)
{
    return entry->verdict == VERDICT_NONE || entry->verdict == VERDICT_UNSURE;
}

typedef void weigh_fn(const struct account *account, const struct node *order, struct batch *batch,
                      struct entry *entry);

/* Hands each order of the answer to the entries that are about it; an order that no page holds is
 * not there. */
static void weigh_orders(const struct account *account, const struct response *response,
                         struct batch *batch, weigh_fn *weigh)
{
    const char *next = afterbuy_next_page(response, batch->next);

    for (const struct node *order = afterbuy_first_order(response); order;
         order = node_next(order)) {
        const char *id = text_trim(batch->arena, node_text(order, "OrderID"));

        for (size_t i = 0; i < batch->len; i++)
            if (text_same(batch->entries[i].record->order_ref, id))
                weigh(account, order, batch, &batch->entries[i]);
    }
    batch->next = arena_text(batch->arena, next);
    for (size_t i = 0; !next && !batch->written && i < batch->len; i++)
        if (!batch->entries[i].seen_text && is_unsettled(&batch->entries[i]))
            entry_settle(
                &batch->entries[i], VERDICT_REFUSED, "unknown-order",
                "Afterbuy does not show the order: it was deleted, or merged into another one");
}

/* ---- writing ---- */

/* Every order is read back: neither Success nor Error says what became of each. */
static bool in_doubt_hear(const struct account *account, const struct response *response,
                          struct batch *batch, struct err *err)
{
    AUTO(buf_done) struct buf remark = {0};
    const char *text = node_text(response->root, "Result.ErrorList.Error.ErrorLongDescription");

    (void)account;
    if (text_is_empty(text))
        text = node_text(response->root, "Result.ErrorList.Error.ErrorDescription");
    remark_put(&remark, text);
    batch_settle(batch, VERDICT_UNSURE, NULL,
                 remark.len ? arena_text(batch->arena, buf_str(&remark)) : NULL);
    return !text_is_empty(node_text(response->root, "CallStatus")) ||
           err_set(err, ERR_RETRY, "the answer is not Afterbuy's");
}

typedef void put_fn(const struct account *account, const struct entry *entry, struct buf *body,
                    struct arena *arena);

static bool write_orders(const struct account *account, struct batch *batch, struct request *out,
                         put_fn *put, struct err *err)
{
    size_t written = 0;

    afterbuy_begin(out, account, "UpdateSoldItems", true);
    xml_open(&out->body, "Orders");
    for (size_t i = 0; i < batch->len; i++) {
        if (!entry_is_written(&batch->entries[i]))
            continue;
        xml_open(&out->body, "Order");
        xml_leaf(&out->body, "OrderID", batch->entries[i].record->order_ref);
        put(account, &batch->entries[i], &out->body, out->arena);
        xml_close(&out->body, "Order");
        written++;
    }
    xml_close(&out->body, "Orders");
    return written || err_set(err, ERR_RECORD, "no order of the batch can be written to Afterbuy");
}

/* ---- shipments ---- */

static const char *link_field(const struct account *account)
{
    const char *field = settings_text(&account->settings, "tracking_link_to");

    return text_same(field, "none") ? NULL : field;
}

/* All live numbers of the order; the shipment's own when nobody gathered them. */
static struct texts numbers_of(const struct shipment *shipment)
{
    if (shipment->order_tracking.len)
        return shipment->order_tracking;
    return (struct texts){&shipment->tracking, shipment->tracking ? 1 : 0};
}

/* What is to stand in AdditionalInfo: the numbers, or the link where that was chosen; NULL when the
 * record holds neither (it was sought with its head only). */
static const char *info_of(const struct account *account, const struct shipment *shipment,
                           struct arena *arena)
{
    AUTO(buf_done) struct buf joined = {0};
    struct texts numbers = numbers_of(shipment);

    if (text_same(link_field(account), "AdditionalInfo") && !text_is_empty(shipment->tracking_url))
        return shipment->tracking_url;
    for (size_t i = 0; i < numbers.len; i++) {
        if (text_is_empty(numbers.list[i]))
            continue;
        buf_text(&joined, joined.len ? ", " : "");
        buf_text(&joined, numbers.list[i]);
    }
    return joined.len ? arena_text(arena, buf_str(&joined)) : NULL;
}

static bool is_among(const char *word, size_t len, struct texts numbers)
{
    for (size_t i = 0; i < numbers.len; i++)
        if (numbers.list[i] && strlen(numbers.list[i]) == len &&
            memcmp(numbers.list[i], word, len) == 0)
            return true;
    return false;
}

static bool names_any(const char *link, struct texts numbers)
{
    for (size_t i = 0; i < numbers.len; i++)
        if (!text_is_empty(numbers.list[i]) && strstr(link, numbers.list[i]))
            return true;
    return false;
}

/* Is the word a number that the order has or had from us, or a link to one? */
static bool is_ours(const char *word, size_t len, const struct entry *entry, struct arena *arena)
{
    const struct shipment *shipment = SHIPMENT_OF(entry->record);
    struct texts numbers = numbers_of(shipment);
    const char *link;

    if (is_among(word, len, numbers) || is_among(word, len, entry->ours))
        return true;
    if (!text_starts_nocase(word, "http"))
        return false;
    link = arena_slice(arena, word, len);
    return names_any(link, numbers) || names_any(link, entry->ours) ||
           text_same(link, shipment->tracking_url);
}

/* Does the field hold anything that did not come from us? */
static bool holds_others(const char *info, const struct entry *entry, struct arena *arena)
{
    for (info += strspn(info, LIST_MARKS); *info; info += strspn(info, LIST_MARKS)) {
        size_t len = strcspn(info, LIST_MARKS);

        if (!is_ours(info, len, entry, arena))
            return true;
        info += len;
    }
    return false;
}

static void shipment_weigh(const struct account *account, const struct node *order,
                           struct batch *batch, struct entry *entry)
{
    const struct shipment *shipment = SHIPMENT_OF(entry->record);
    const char *field = link_field(account);
    const char *wanted = info_of(account, shipment, batch->arena);
    const char *info = text_trim(batch->arena, node_text(order, "AdditionalInfo"));
    const struct node *link = field ? node_at(node_at(order, "VorgangsInfo"), field) : NULL;
    const char *link_text = node_text(link, "");

    info = info ? info : "";
    entry->seen_text =
        arena_format(batch->arena, "%s%c%s", info, SEEN_MARK, link_text ? link_text : "");
    if (!wanted || !*info)
        return;
    if (text_same(info, wanted))
        entry_settle(entry, batch->written ? VERDICT_DONE : VERDICT_SAME, NULL, NULL);
    else if (!batch->written && holds_others(info, entry, batch->arena))
        entry_settle(entry, VERDICT_REFUSED, "tracking-differs",
                     "the order's parcel-number field holds something that did not come from us; "
                     "empty it in "
                     "Afterbuy to have the number written");
}

static bool shipments_found(const struct account *account, const struct response *response,
                            struct batch *batch, struct err *err)
{
    (void)err;
    weigh_orders(account, response, batch, shipment_weigh);
    return true;
}

/* A free field is filled when it is empty or holds a link; a marketplace's order number stays. */
static bool may_hold_link(const struct entry *entry)
{
    const char *link = entry->seen_text ? strchr(entry->seen_text, SEEN_MARK) : NULL;

    return !link || text_is_empty(link + 1) || text_starts_nocase(link + 1, "http");
}

static void put_shipment(const struct account *account, const struct entry *entry, struct buf *body,
                         struct arena *arena)
{
    const struct shipment *shipment = SHIPMENT_OF(entry->record);
    const char *field = link_field(account);

    xml_leaf(body, "AdditionalInfo", info_of(account, shipment, arena));
    if (!text_is_empty(shipment->method) || said(shipment->shipped_utc)) {
        xml_open(body, "ShippingInfo");
        if (!text_is_empty(shipment->method))
            xml_leaf(body, "ShippingMethod", shipment->method);
        if (said(shipment->shipped_utc)) {
            xml_open(body, "DeliveryDate");
            put_time_de(body, account->zone, shipment->shipped_utc);
            xml_close(body, "DeliveryDate");
        }
        xml_close(body, "ShippingInfo");
    }
    if (!field || text_same(field, "AdditionalInfo") || text_is_empty(shipment->tracking_url) ||
        !may_hold_link(entry))
        return;
    xml_open(body, "VorgangsInfo");
    xml_leaf(body, field, shipment->tracking_url);
    xml_close(body, "VorgangsInfo");
}

static bool shipments_write(const struct account *account, struct batch *batch, struct request *out,
                            struct err *err)
{
    for (size_t i = 0; i < batch->len; i++)
        if (!info_of(account, SHIPMENT_OF(batch->entries[i].record), out->arena))
            entry_settle(&batch->entries[i], VERDICT_REFUSED, "need-tracking",
                         "it has no tracking number");
    return write_orders(account, batch, out, put_shipment, err);
}

/* ---- marks ---- */

static void mark_weigh(const struct account *account, const struct node *order, struct batch *batch,
                       struct entry *entry)
{
    AUTO(buf_done) struct buf seen = {0};
    struct texts tags = afterbuy_tags(order, batch->arena);
    const char *tag = MARK_OF(entry->record)->tag;
    bool there = false;

    (void)account;
    for (size_t i = 0; i < tags.len; i++) {
        there = there || text_same_nocase(tags.list[i], tag);
        buf_text(&seen, i ? SEEN_MARK_TEXT : "");
        buf_text(&seen, tags.list[i]);
    }
    entry->seen_text = arena_text(batch->arena, buf_str(&seen));
    if (text_is_empty(tag))
        return;
    if (there)
        entry_settle(entry, batch->written ? VERDICT_DONE : VERDICT_SAME, NULL, NULL);
    else if (batch->written && !entry->text) /* a call that failed as a whole dropped no tag */
        entry_settle(entry, VERDICT_REFUSED, "tag-unknown",
                     arena_format(batch->arena,
                                  "Afterbuy dropped the tag '%s': create it in Afterbuy's Tag "
                                  "Manager; `tagwerk doctor` looks for it",
                                  tag));
}

static bool marks_found(const struct account *account, const struct response *response,
                        struct batch *batch, struct err *err)
{
    (void)err;
    weigh_orders(account, response, batch, mark_weigh);
    return true;
}

static void put_tags(const struct account *account, const struct entry *entry, struct buf *body,
                     struct arena *arena)
{
    const char *const *seen = entry->seen_text && *entry->seen_text
                                  ? text_split(arena, entry->seen_text, SEEN_MARK, NULL)
                                  : NULL;

    (void)account;
    xml_open(body, "Tags");
    for (; seen && *seen; seen++)
        xml_leaf(body, "Tag", *seen);
    xml_leaf(body, "Tag", MARK_OF(entry->record)->tag);
    xml_close(body, "Tags");
}

static bool marks_write(const struct account *account, struct batch *batch, struct request *out,
                        struct err *err)
{
    for (size_t i = 0; i < batch->len; i++) {
        const char *tag = MARK_OF(batch->entries[i].record)->tag;

        if (text_is_empty(tag) || utf8_count(tag) > TAG_POINTS_MAX)
            entry_settle(&batch->entries[i], VERDICT_REFUSED, "tag-unknown",
                         "the tag is empty or longer than 50 characters: Afterbuy cannot hold it");
    }
    return write_orders(account, batch, out, put_tags, err);
}

/* ---- the table ---- */

static const struct seek shipment_seeks[] = {{AFTERBUY_BATCH_MAX, orders_seek, shipments_found},
                                             {0}};
static const struct seek mark_seeks[] = {{AFTERBUY_BATCH_MAX, orders_seek, marks_found}, {0}};

const struct sink afterbuy_sinks[] = {
    {.kind = KIND_SHIPMENTS,
     .batch_max = AFTERBUY_BATCH_MAX,
     .write = shipments_write,
     .hear = in_doubt_hear,
     .seeks = shipment_seeks,
     .upserts = true,
     .seek_first = true,
     .per_order = true},
    {.kind = KIND_MARKS,
     .batch_max = AFTERBUY_BATCH_MAX,
     .write = marks_write,
     .hear = in_doubt_hear,
     .seeks = mark_seeks,
     .upserts = true,
     .seek_first = true},
    {0},
};
