/* doctor.c: does each account answer? Its probes are asked one by one, read-only, and the far clock
 * is compared. */
#include "connector/session.h"
#include "core/clock.h"
#include "core/text.h"
#include "step/inspect.h"
#include "step/step.h"

#define CLOCK_OFF_S 30 /* more than this is worth a word */

static const char *const grades[] = {
    [FINDING_GOOD] = "good", [FINDING_WARN] = "warn", [FINDING_BAD] = "BAD "};

static void print_finding(const struct finding *finding)
{
    (void)printf("  %s  %s\n", grades[finding->grade], finding->text);
    if (finding->mend)
        (void)printf("        mend: %s\n", finding->mend);
}

/* The tag that some route wants to set at this account. */
static const char *tag_of(const struct plan *plan, const struct account *account)
{
    for (size_t i = 0; i < plan->routes_len; i++)
        if (plan->routes[i].from == account)
            return settings_text(&plan->routes[i].settings, "tag");
    return NULL;
}

static void judge_clock(struct findings *findings, int64_t asked_utc)
{
    int64_t off_s = said(findings->server_utc) ? findings->server_utc - asked_utc : 0;

    if (!said(findings->server_utc))
        return;
    findings_add(
        findings, off_s > CLOCK_OFF_S || off_s < -CLOCK_OFF_S ? FINDING_WARN : FINDING_GOOD,
        arena_format(findings->arena, "its clock is %lld s ahead of ours", (long long)off_s),
        off_s > CLOCK_OFF_S || off_s < -CLOCK_OFF_S
            ? "set this machine's clock (timedatectl set-ntp true)"
            : NULL);
    findings->server_utc = UNSAID;
}

/* A probe that has nothing to ask says so with a false and no error. */
static void run_probe(struct session *session, const struct probe *probe, const char *tag,
                      struct findings *findings)
{
    const struct account *account = session->account;
    struct exchange exchange = {0};
    struct err err = {0};
    int64_t asked_utc = clock_utc();
    bool good;

    exchange_begin(&exchange);
    good = probe->ask(account, tag, &exchange.request, &err) &&
           session_ask(session, &exchange, &err) &&
           probe->tell(account, tag, &exchange.response, findings, &err);
    if (!good && err.kind != ERR_NONE)
        findings_add(findings, FINDING_BAD,
                     arena_format(findings->arena, "%s: %s", probe->what, err.text), NULL);
    judge_clock(findings, asked_utc);
    exchange_done(session, &exchange);
}

static void print_paces(const struct limits *limits, unsigned percent)
{
    static const char *const of[] = {[PACE_READS] = "reads",
                                     [PACE_WRITES] = "writes",
                                     [PACE_ALL] = "calls",
                                     [PACE_CALL] = "calls of a kind"};

    (void)printf("  limits:%s", limits->paces[0].most ? "" : " no pace is known,");
    for (size_t i = 0; i < PACES_MAX && limits->paces[i].most; i++)
        (void)printf(" %u %s in %u s,", limits->paces[i].most, of[limits->paces[i].of],
                     limits->paces[i].span_ms / 1000);
    if (percent != 100)
        (void)printf(" of which this account takes %u percent,", percent);
}

static bool inspect_account(const struct plan *plan, const struct account *account,
                            struct arena *arena, int *code, struct err *err)
{
    struct session session;
    struct findings findings = {.arena = arena, .server_utc = UNSAID};
    const struct limits *limits = &account->connector->limits;
    int64_t timeout_s = settings_span_s(&account->settings, "timeout");

    if (!session_open(&session, account, err))
        return false;
    (void)printf("account %s (%s, %s)\n", account->name, account->connector->title, account->url);
    for (const struct probe *probe = account->connector->probes; probe && probe->what; probe++)
        run_probe(&session, probe, tag_of(plan, account), &findings);
    for (size_t i = 0; i < findings.len; i++) {
        print_finding(&findings.list[i]);
        if (findings.list[i].grade == FINDING_BAD)
            *code = EXIT_SYSTEM;
    }
    print_paces(limits, session.pace_percent);
    (void)printf(" %u calls at once, %lld s each\n", session.in_flight,
                 said(timeout_s) ? (long long)timeout_s : (long long)limits->timeout_ms / 1000);
    session_close(&session);
    return true;
}

bool inspect_accounts(const struct plan *plan, struct arena *arena, int *code, struct err *err)
{
    for (size_t i = 0; i < plan->accounts_len; i++)
        if (!inspect_account(plan, &plan->accounts[i], arena, code, err))
            return false;
    return true;
}
