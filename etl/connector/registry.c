#include "connector/connector.h"

#include "core/text.h"

const struct connector *connector_find(const char *name)
{
    for (const struct connector *const *at = connectors(); *at; at++)
        if (text_same((*at)->name, name))
            return *at;
    return NULL;
}

const struct feed *feed_of(const struct account *account, enum kind kind)
{
    for (const struct feed *feed = account->connector->feeds; feed && feed->ask; feed++)
        if (feed->kind == kind)
            return feed;
    return NULL;
}

static bool is_chosen(const struct account *account, const struct sink *sink)
{
    const char *option = account->connector->variant_option;

    return !sink->variant || text_same(sink->variant, settings_text(&account->settings, option));
}

const struct sink *sink_of(const struct account *account, enum kind kind)
{
    for (const struct sink *sink = account->connector->sinks; sink && sink->write; sink++)
        if (sink->kind == kind && is_chosen(account, sink))
            return sink;
    return NULL;
}

const struct option account_options[] = {
    {.name = "system",
     .type = OPTION_TEXT,
     .help = "which system it is: `tagwerk systems` lists them",
     .required = true},
    {.name = "url", .type = OPTION_URL, .help = "base address; only for a sandbox or a proxy"},
    {.name = "in_flight",
     .type = OPTION_INT,
     .help = "calls that may be under way at once",
     .min = 1,
     .max = 16},
    {.name = "pace",
     .type = OPTION_INT,
     .min = 0,
     .max = 10000,
     .help = "percent of the calls that the system's published limits allow; more only where your "
             "contract says so, 0: no limit, for a sandbox"},
    {.name = "timeout",
     .type = OPTION_SPAN,
     .help = "how long one call may take",
     .min = 1,
     .max = 3600},
    {0},
};

const struct connector *const *connectors(void)
{
    static const struct connector *const all[] = {
#define CONNECTOR(name) &name##_connector,
#include "connector/registry.def"
#undef CONNECTOR
        NULL,
    };

    return all;
}
