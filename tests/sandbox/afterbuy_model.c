/* Accounts, orders and articles of the Afterbuy simulator, and how they are found. */
#include "sandbox/afterbuy.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ORDER = 560000001, FIRST_CUSTOMER = 81000001, FIRST_PRODUCT = 900000001 };

static struct ab_account *accounts; /* the first one */

static const char *const credential_names[] = {
    "partner_token", "account_token", "partner_id", "partner_password", "user_id", "user_password"};

static char **credential(struct ab_account *a, size_t i)
{
    char **all[] = {&a->partner_token,    &a->account_token, &a->partner_id,
                    &a->partner_password, &a->user_id,       &a->user_password};

    return all[i];
}

struct ab_account *ab_account_first(void)
{
    return accounts;
}

struct ab_account *ab_account_by_name(const char *name)
{
    for (struct ab_account *a = accounts; a; a = a->next) {
        if (!name || same_text(a->name, name) || same_text(a->account_token, name))
            return a;
    }
    return NULL;
}

static bool credentials_fit(struct ab_account *a, const char *const *said, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (!said[i] || !same_text(said[i], *credential(a, i)))
            return false;
    }
    return true;
}

/* said: partner token, account token, partner id, partner password, user id, user password. */
struct ab_account *ab_account_find(const char *const *said)
{
    for (struct ab_account *a = accounts; a; a = a->next) {
        bool tokens = said[0] || said[1];

        if (tokens ? credentials_fit(a, said, 0, 2) : credentials_fit(a, said, 2, 6))
            return a;
    }
    return NULL;
}

bool ab_account_add(const json_t *said)
{
    const char *name = json_string_value(json_object_get(said, "name"));
    struct ab_account **last = &accounts, *a;

    if (!name || ab_account_by_name(name))
        return false;
    a = mem_need(sizeof *a);
    a->name = mem_copy(name);
    for (size_t i = 0; i < sizeof credential_names / sizeof *credential_names; i++)
        *credential(a, i) = mem_copy(json_string_value(json_object_get(said, credential_names[i])));
    a->next_order_id = FIRST_ORDER;
    a->next_customer = FIRST_CUSTOMER;
    a->next_product_id = FIRST_PRODUCT;
    ab_tags_set(a, json_object_get(said, "tags"));
    while (*last)
        last = &(*last)->next;
    *last = a;
    return true;
}

void ab_accounts_open(void)
{
    json_t *demo =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:[s,s,s]}", "name", "demo", "partner_token",
                  "demo-partner-token", "account_token", "demo-account-token", "partner_id", "1001",
                  "partner_password", "demo&pass<1>", "user_id", "demo-user", "user_password",
                  "demo\"pw'", "tags", "Sendcloud abgeschlossen", "Express",
                  "Bitte pr\xc3\xbc"
                  "fen");

    (void)ab_account_add(demo);
    json_decref(demo);
}

static void account_free(struct ab_account *a)
{
    for (size_t k = 0; k < a->order_count; k++)
        ab_order_free(a->orders[k]);
    for (size_t k = 0; k < a->product_count; k++)
        ab_product_free(a->products[k]);
    for (size_t k = 0; k < sizeof credential_names / sizeof *credential_names; k++)
        free(*credential(a, k));
    ab_tags_set(a, NULL);
    free(a->tags);
    free(a->name);
    free(a->orders);
    free(a->products);
    free(a);
}

void ab_accounts_done(void)
{
    while (accounts) {
        struct ab_account *a = accounts;

        accounts = a->next;
        account_free(a);
    }
}

void ab_tags_set(struct ab_account *a, const json_t *names)
{
    while (a->tag_count)
        free(a->tags[--a->tag_count]);
    a->tags = mem_grow(a->tags, (json_array_size(names) + 1) * sizeof *a->tags);
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));

        if (name)
            a->tags[a->tag_count++] = mem_copy(name);
    }
}

bool ab_tag_known(const struct ab_account *a, const char *tag)
{
    for (size_t i = 0; i < a->tag_count; i++) {
        if (same_text(a->tags[i], tag))
            return true;
    }
    return false;
}

bool ab_has_tag(const struct ab_order *o, const char *tag)
{
    struct bag_entry e;
    size_t at = 0;

    while (bag_next(&o->tags, &at, &e)) {
        if (same_text(e.value, tag))
            return true;
    }
    return false;
}

struct ab_order *ab_order_new(int64_t id)
{
    struct ab_order *o = mem_need(sizeof *o);

    o->id = id;
    for (size_t i = 0; i < AD_DATES; i++)
        o->dates[i] = CLOCK_NEVER;
    return o;
}

static struct bag *bags_copy(const struct bag *from, size_t n)
{
    struct bag *to = n ? mem_need(n * sizeof *to) : NULL;

    for (size_t i = 0; i < n; i++)
        to[i] = bag_copy(&from[i]);
    return to;
}

struct ab_order *ab_order_copy(const struct ab_order *o)
{
    struct ab_order *copy = mem_need(sizeof *copy);

    *copy = *o;
    copy->fields = bag_copy(&o->fields);
    copy->tags = bag_copy(&o->tags);
    copy->items = bags_copy(o->items, o->item_count);
    copy->labels = bags_copy(o->labels, o->label_count);
    return copy;
}

void ab_order_free(struct ab_order *o)
{
    for (size_t i = 0; i < o->item_count; i++)
        bag_done(&o->items[i]);
    for (size_t i = 0; i < o->label_count; i++)
        bag_done(&o->labels[i]);
    free(o->items);
    free(o->labels);
    bag_done(&o->fields);
    bag_done(&o->tags);
    free(o);
}

static struct bag *bags_grow(struct bag **bags, uint16_t *count)
{
    *bags = mem_grow(*bags, (*count + 1u) * sizeof **bags);
    (*bags)[*count] = (struct bag){0};
    return &(*bags)[(*count)++];
}

struct bag *ab_item_new(struct ab_order *o)
{
    return bags_grow(&o->items, &o->item_count);
}

struct bag *ab_label_new(struct ab_order *o)
{
    return bags_grow(&o->labels, &o->label_count);
}

static void date_refresh(struct ab_order *o, enum ab_date which, const struct bag *b,
                         unsigned field)
{
    int64_t local;

    if (german_parse(bag_get(b, field), &local) && local > o->dates[which])
        o->dates[which] = local;
}

void ab_order_refresh(struct ab_order *o)
{
    for (size_t i = 0; i < AD_DATES; i++)
        o->dates[i] = CLOCK_NEVER;
    date_refresh(o, AD_FEEDBACK, &o->fields, AF_FEEDBACK_DATE);
    date_refresh(o, AD_PAY, &o->fields, AF_PAY_DATE);
    date_refresh(o, AD_SHIPPING, &o->fields, AF_DELIVERY_DATE);
    date_refresh(o, AD_INVOICE, &o->fields, AF_INVOICE_DATE);
    date_refresh(o, AD_MAIL, &o->fields, AF_MAIL_DATE);
    date_refresh(o, AD_REMINDER, &o->fields, AF_REMINDER1_DATE);
    date_refresh(o, AD_REMINDER, &o->fields, AF_REMINDER2_DATE);
    for (size_t i = 0; i < o->item_count; i++) {
        date_refresh(o, AD_AUCTION_END, &o->items[i], AF_I_END_DATE);
        date_refresh(o, AD_MOD, &o->items[i], AF_I_MOD_DATE);
        date_refresh(o, AD_XML, &o->items[i], AF_I_XML_DATE);
    }
    if (o->dates[AD_AUCTION_END] == CLOCK_NEVER)
        date_refresh(o, AD_AUCTION_END, &o->fields, AF_ORDER_DATE);
}

void ab_order_touch(struct ab_order *o)
{
    struct text now = {0};

    text_german(&now, clock_local());
    for (size_t i = 0; i < o->item_count; i++)
        bag_set_n(&o->items[i], AF_I_MOD_DATE, now.s, now.len);
    text_done(&now);
    ab_order_refresh(o);
}

size_t ab_order_seek(const struct ab_account *a, int64_t id)
{
    size_t low = 0, high = a->order_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (a->orders[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct ab_order *ab_order_find(const struct ab_account *a, int64_t id)
{
    size_t at = ab_order_seek(a, id);

    return at < a->order_count && a->orders[at]->id == id ? a->orders[at] : NULL;
}

void ab_order_put(struct ab_account *a, struct ab_order *o)
{
    size_t at = ab_order_seek(a, o->id);

    if (o->id >= a->next_order_id)
        a->next_order_id = o->id + 1;
    if (at < a->order_count && a->orders[at]->id == o->id) {
        ab_order_free(a->orders[at]);
        a->orders[at] = o;
        return;
    }
    if (a->order_count == a->order_max) {
        a->order_max = a->order_max ? a->order_max * 2 : 256;
        a->orders = mem_grow(a->orders, a->order_max * sizeof(struct ab_order *));
    }
    memmove(a->orders + at + 1, a->orders + at, (a->order_count - at) * sizeof(struct ab_order *));
    a->orders[at] = o;
    a->order_count++;
}

size_t ab_product_seek(const struct ab_account *a, int64_t id)
{
    size_t low = 0, high = a->product_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (a->products[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct ab_product *ab_product_find(const struct ab_account *a, int64_t id)
{
    size_t at = ab_product_seek(a, id);

    return at < a->product_count && a->products[at]->id == id ? a->products[at] : NULL;
}

void ab_product_put(struct ab_account *a, struct ab_product *p)
{
    size_t at = ab_product_seek(a, p->id);

    if (p->id >= a->next_product_id)
        a->next_product_id = p->id + 1;
    if (at < a->product_count && a->products[at]->id == p->id) {
        ab_product_free(a->products[at]);
        a->products[at] = p;
        return;
    }
    if (a->product_count == a->product_max) {
        a->product_max = a->product_max ? a->product_max * 2 : 256;
        a->products = mem_grow(a->products, a->product_max * sizeof(struct ab_product *));
    }
    memmove(a->products + at + 1, a->products + at,
            (a->product_count - at) * sizeof(struct ab_product *));
    a->products[at] = p;
    a->product_count++;
}

void ab_product_free(struct ab_product *p)
{
    bag_done(&p->fields);
    free(p);
}
