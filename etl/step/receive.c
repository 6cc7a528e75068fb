#include "step/receive.h"

#include "core/log.h"
#include "store/inbox.h"

#include <inttypes.h>
#include <signal.h>

static bool genuine(const void *context, const char *signature, const void *body, size_t len)
{
    const struct account *account = context;

    return account->connector->hook->genuine(account, signature, body, len);
}

static struct inbox_door *make_doors(const struct plan *plan, struct arena *arena, size_t *count)
{
    struct inbox_door *doors = arena_array(arena, plan->accounts_len + 1, sizeof *doors);

    *count = 0;
    for (size_t i = 0; i < plan->accounts_len; i++) {
        const struct account *account = &plan->accounts[i];
        const struct hook *hook = account->connector->hook;

        if (!hook)
            continue;
        doors[(*count)++] = (struct inbox_door){.path = arena_format(arena, "/%s", account->name),
                                                .account = account->name,
                                                .signature_header = hook->signature_header,
                                                .genuine = genuine,
                                                .context = account};
    }
    return doors;
}

bool receive_serve(const struct plan *plan, struct arena *arena, struct err *err)
{
    const char *address = settings_text(&plan->inbox, "address");
    unsigned port = (unsigned)settings_int(&plan->inbox, "port");
    struct inbox *inbox;
    struct inbox_door *doors;
    uint64_t stored, refused;
    char stored_text[24], refused_text[24];
    size_t count;
    sigset_t signals;
    int signal_number;

    doors = make_doors(plan, arena, &count);
    if (count == 0)
        return err_set(err, ERR_SETUP, "no account of this home has a system that sends webhooks");
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &signals,
                      NULL); /* before the server's thread is born, which inherits it */
    if (!inbox_start(plan->home, address, &port, doors, &inbox, err))
        return false;
    for (size_t i = 0; i < count; i++)
        (void)printf("inbox: http://%s:%u%s\n", address, port, doors[i].path);
    (void)fflush(stdout);
    (void)sigwait(&signals, &signal_number);
    inbox_counts(inbox, &stored, &refused);
    inbox_stop(inbox);
    (void)snprintf(stored_text, sizeof stored_text, "%" PRIu64, stored);
    (void)snprintf(refused_text, sizeof refused_text, "%" PRIu64, refused);
    log_event(LOG_INFO, "inbox-stopped", "stored", stored_text, "refused", refused_text, NULL);
    return true;
}
