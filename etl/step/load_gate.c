/* load_gate.c: what stands between an order that is to be sent and its sending: another order that
 * takes it back, and articles that the target must know before. */
#include "core/text.h"
#include "step/load_intern.h"

/* What an article that is not at the target means for an order with it. */
static struct decision wait_for(const struct ledger_row *article, const char *name)
{
    struct decision decision = {.state = STATE_REFUSED, .detail = name};

    if (!article) {
        decision.reason = "article-unknown";
    } else if (article->state == STATE_REFUSED) {
        decision.reason = "article-refused";
    } else {
        decision.state = STATE_WAITING;
        decision.reason = "article-waits";
    }
    return decision;
}

static bool look_for_article(struct load *load, const struct item *item, struct arena *arena,
                             struct decision *decision, struct err *err)
{
    struct ledger_row row;
    bool found;

    if (!item->product_ref)
        return true;
    if (!ledger_get(load->job->ledger, load_route(load), KIND_ARTICLES, item->product_ref, arena,
                    &row, &found, err))
        return false;
    if (!found || !row.at_target)
        *decision =
            wait_for(found ? &row : NULL,
                     arena_format(arena, "article %s", item->sku ? item->sku : item->product_ref));
    return true;
}

static bool look_for_articles(struct load *load, const struct order *order, struct arena *arena,
                              struct decision *decision, struct err *err)
{
    const struct flow *articles = route_flow(load->flow->route, KIND_ARTICLES);

    if (!articles || !articles->sink)
        return true;
    for (size_t i = 0; decision->send && i < order->items_len; i++)
        if (!look_for_article(load, &order->items[i], arena, decision, err))
            return false;
    return true;
}

bool load_gate(struct load *load, const struct record *record, struct arena *arena,
               struct decision *decision, struct err *err)
{
    bool credited;

    if (!decision->send || load->flow->kind != KIND_ORDERS)
        return true;
    if (!load_is_credited(load, record->ref, arena, &credited, err))
        return false;
    if (credited)
        *decision = (struct decision){.state = STATE_SKIPPED, .reason = "credited"};
    return look_for_articles(load, ORDER_OF(record), arena, decision, err);
}
