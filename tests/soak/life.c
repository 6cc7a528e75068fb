#include "life.h"

#include "core/text.h"
#include "harness/harness.h"

#include <inttypes.h>

#define TAG "Sendcloud abgeschlossen"
#define CLASSES_MAX 64
#define SETTLE_RUNS 4

static struct {
    char name[32];
    uint64_t count;
} classes[CLASSES_MAX];

uint64_t life_draw(uint64_t *seed, uint64_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*seed >> 33) % below;
}

void life_faults(struct world *w, uint64_t seed, unsigned per_mille)
{
    (void)world_control(
        w, "POST", "/faults/random",
        arena_format(&w->arena,
                     "{\"seed\":%" PRIu64 ",\"per_mille\":%u,\"faults\":[\"refuse\","
                     "\"200-error-body\",\"200-html\",\"200-empty\",\"401\",\"403\",\"429-after\","
                     "\"429\",\"500\",\"502-html\",\"503\",\"504\",\"reset-header\",\"reset-body\","
                     "\"cut-body\",\"cut-gzip\",\"503-after\",\"bom\",\"new-field\",\"404-lag\","
                     "\"dup-item\",\"drift\",\"empty-page-next\",\"endless-next\",\"page-size\","
                     "\"null-list\",\"bad-utf8\",\"wrong-clock\"]}",
                     seed >> 32, per_mille));
}

static void count_class(const char *name, uint64_t count)
{
    for (size_t i = 0; i < CLASSES_MAX; i++) {
        if (*classes[i].name && strcmp(classes[i].name, name) != 0)
            continue;
        (void)snprintf(classes[i].name, sizeof classes[i].name, "%s", name);
        classes[i].count += count;
        return;
    }
}

void life_clear(struct world *w)
{
    const struct node *played = node_at(world_control(w, "GET", "/faults", NULL), "injected");

    for (const struct node *one = played ? played->child : NULL; one; one = one->next)
        count_class(one->name, strtoull(one->text, NULL, 10));
    (void)world_control(w, "DELETE", "/faults", NULL);
}

void life_sell(struct world *w, int64_t first, uint64_t n)
{
    AUTO(buf_done) struct buf json = {0};

    for (uint64_t i = 0; i < n; i++)
        buf_format(&json, "%s{\"id\":%" PRId64 "}", i ? "," : "[", first + (int64_t)i);
    buf_char(&json, ']');
    if (n)
        (void)world_control(w, "POST", "/afterbuy/orders", buf_str(&json));
}

void life_print_all(struct world *w)
{
    (void)world_control(w, "POST", "/sendcloud/print", "{\"all\":true}");
}

void life_settle(struct world *w, int worst)
{
    for (int i = 0; i < SETTLE_RUNS; i++) {
        int code = world_run(w, "run", NULL);

        if (code > worst)
            fail_msg("on good ground a run ended with %d:\n%s", code, w->output);
        world_pass(w, 600);
    }
}

static bool has_tag(const struct node *order)
{
    for (const struct node *tag = node_first(node_at(order, "tags"), NULL); tag; tag = tag->next)
        if (text_same(tag->text, TAG))
            return true;
    return false;
}

struct judgement life_judge(struct world *w)
{
    struct judgement out = {.doubled = world_doubled(w)};
    const struct node *order = node_first(node_at(world_state(w, "afterbuy"), "orders"), NULL);

    for (; order; order = order->next, out.orders++) {
        if (!text_is_empty(node_text(order, "tracking")) && has_tag(order))
            continue;
        out.lost++;
        print_message("order %s: tracking '%s', %s\n", node_text(order, "id"),
                      node_text(order, "tracking"), has_tag(order) ? "tagged" : "no tag");
    }
    for (size_t i = 0; i < CLASSES_MAX; i++)
        out.faults += classes[i].count;
    return out;
}

void life_print_faults(void)
{
    for (size_t i = 0; i < CLASSES_MAX && *classes[i].name; i++)
        (void)printf("%s%s %" PRIu64, i ? ", " : "faults: ", classes[i].name, classes[i].count);
    (void)puts("");
}
