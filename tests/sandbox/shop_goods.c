#include "sandbox/shop_goods.h"

#include <string.h>

#include "sandbox/index.h"

enum { SETS_EVERY = 20 };

/* ---- chance ---- */

uint64_t shop_draw(struct shop *s)
{
    s->state += 0x9e3779b97f4a7c15u;
    return hash_mix(s->state);
}

size_t shop_pick(struct shop *s, size_t n)
{
    return (size_t)(shop_draw(s) % n);
}

bool shop_chance(struct shop *s, unsigned per_mille)
{
    return shop_draw(s) % 1000 < per_mille;
}

const char *shop_word(struct shop *s, const struct words *w)
{
    return w->words[shop_pick(s, w->count)];
}

/* ---- the bag under construction ---- */

void shop_put(struct shop *s, unsigned field, const char *value)
{
    bag_add(&s->bag, field, value, strlen(value));
}

void shop_put_int(struct shop *s, unsigned field, int64_t value)
{
    text_clear(&s->t);
    text_int(&s->t, value);
    bag_add(&s->bag, field, s->t.s, s->t.len);
}

void shop_put_money(struct shop *s, unsigned field, int64_t cents)
{
    text_clear(&s->t);
    text_money(&s->t, cents, ',');
    bag_add(&s->bag, field, s->t.s, s->t.len);
}

/* An exact copy of what was put, ready to keep; the scratch is empty again. */
struct bag shop_keep(struct shop *s)
{
    struct bag b = bag_copy(&s->bag);

    s->bag.len = 0;
    s->bag.last = 0;
    return b;
}

void shop_ean_text(struct text *t, int64_t n)
{
    int sum = 0;
    size_t from = t->len;

    text_digits(t, 400000000000 + n, 12);
    for (size_t i = 0; i < 12; i++)
        sum += (t->s[from + i] - '0') * (i % 2 ? 3 : 1);
    text_char(t, (char)('0' + (10 - sum % 10) % 10));
}

const struct goods *shop_goods_of(int64_t n)
{
    return &shop_goods[n % (int64_t)shop_goods_count];
}

bool shop_is_set(int64_t n)
{
    return n % SETS_EVERY == SETS_EVERY - 1;
}

void shop_name_text(struct text *t, int64_t n)
{
    text_str(t, shop_goods_of(n)->name);
    text_char(t, ' ');
    text_str(t,
             shop_adjectives.words[n / (int64_t)shop_goods_count % (int64_t)shop_adjectives.count]);
    if (n >= (int64_t)(shop_goods_count * shop_adjectives.count))
        text_fmt(t, " Nr. %lld", (long long)n);
}

int64_t shop_cents(int64_t n)
{
    return shop_goods_of(n)->cents + n / (int64_t)shop_goods_count * 10;
}

/* Every ninth article has no weight in the catalogue. */
int64_t shop_grams(int64_t n)
{
    return n % 9 == 8 ? 0 : shop_goods_of(n)->grams;
}

static void put_product_parts(struct shop *s, int64_t n)
{
    for (int64_t k = 1; shop_is_set(n) && k <= 2; k++) {
        text_clear(&s->t);
        text_fmt(&s->t, "%lld\x1f%d\x1e%lld", (long long)(s->first_product + n - k), 2,
                 (long long)k);
        bag_add(&s->bag, AF_P_PART, s->t.s, s->t.len);
    }
}

static void put_customs(struct shop *s, int64_t n)
{
    const struct goods *g = shop_goods_of(n);

    if (n % 6 != 5) {
        shop_put(s, AF_P_TARIFF, g->tariff);
        shop_put(s, AF_P_ORIGIN, g->origin);
    } else if (n % 12 == 5) {
        shop_put(s, AF_P_TARIFF, "");
        shop_put(s, AF_P_ORIGIN, "");
    }
}

void shop_make_product(struct shop *s, int64_t n, const char *now)
{
    struct ab_product *p = mem_need(sizeof *p);
    const struct goods *g = shop_goods_of(n);

    p->id = s->first_product + n;
    shop_put_int(s, AF_P_ANR, SHOP_FIRST_ANR + n);
    text_clear(&s->t);
    shop_ean_text(&s->t, n);
    bag_add(&s->bag, AF_P_EAN, n % 14 == 13 ? "" : s->t.s, n % 14 == 13 ? 0 : s->t.len);
    text_clear(&s->t);
    shop_name_text(&s->t, n);
    bag_add(&s->bag, AF_P_NAME, s->t.s, s->t.len);
    shop_put(s, AF_P_MOD_DATE, now);
    shop_put(s, AF_P_LAST_SALE, n % 5 ? "" : "2024-01-02T22:33:44");
    if (shop_is_set(n))
        shop_put(s, AF_P_FLAG, "2");
    text_clear(&s->t);
    text_weight(&s->t, shop_grams(n), ',');
    shop_put(s, AF_P_WEIGHT, shop_grams(n) ? s->t.s : "0,00");
    shop_put(s, AF_P_TAX, "19,00");
    shop_put_money(s, AF_P_SELLING, shop_cents(n));
    shop_put_money(s, AF_P_BUYING, g->cents / 2);
    shop_put(s, AF_P_UNIT,
             "St\xc3\xbc"
             "ck");
    shop_put(s, AF_P_LEVEL, "1");
    put_customs(s, n);
    shop_put(s, AF_P_BRAND, n % 3 ? "" : "Tagwerk & S\xc3\xb6hne");
    shop_put(s, AF_P_STOCK, "1");
    shop_put(s, AF_P_DISCONTINUED, "0");
    shop_put(s, AF_P_MERGE, "0");
    shop_put_int(s, AF_P_QUANTITY, n * 7 % 120);
    shop_put(s, AF_P_AUCTION_QUANTITY, "0");
    shop_put(s, AF_P_MINIMUM, "2");
    put_product_parts(s, n);
    p->fields = shop_keep(s);
    ab_product_put(s->account, p);
}
