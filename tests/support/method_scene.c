/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/method_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/support/fake_clock.h"

static const char *const kinds[CS_FACTOR_KINDS] = {
    "password", "totp", "sms", "email", "voice", "trans-email", "trans-sms", "device", "u2f"};

static struct method_scene *scene_of(struct cs_provider *provider)
{
    return (struct method_scene *)(void *)((char *)provider -
                                           offsetof(struct method_scene, provider));
}

static struct method_scene *scene_of_channel(struct cs_channel *channel)
{
    return (struct method_scene *)(void *)((char *)channel - offsetof(struct method_scene, script));
}

/* ---- the provider ---- */

static enum cs_err find_user(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);

    (void)call;
    cs_buffer_printf(&scene->calls, " find:%s", identity);
    if (scene->find_result != CS_OK)
        return cs_fail(error, scene->find_result, "find is broken");
    ret_user->found = scene->missing == NULL;
    ret_user->reason = scene->missing;
    (void)snprintf(ret_user->id, sizeof ret_user->id, "id-of-%s", identity);
    return CS_OK;
}

static enum cs_err list_factors(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);
    const char *before = "";
    enum cs_err result = CS_OK;

    (void)call;
    cs_buffer_printf(&scene->calls, "%s", user->found ? " list:" : " list-of-nobody:");
    for (unsigned kind = 0; kind < CS_FACTOR_KINDS; kind++) {
        if ((listing->kinds & CS_KIND(kind)) == 0)
            continue;
        cs_buffer_printf(&scene->calls, "%s%s", before, kinds[kind]);
        before = "+";
    }
    scene->listing = *listing;
    if (scene->list_result != CS_OK)
        return cs_fail(error, scene->list_result, "list is broken");
    for (size_t i = 0; i < scene->factors_count && result == CS_OK; i++) {
        if ((listing->kinds & CS_KIND(scene->factors[i].kind)) != 0)
            result = cs_listed_factors_add(ret_factors, &scene->factors[i], error);
    }
    return result;
}

static enum cs_err begin(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                         const struct cs_challenge_request *request,
                         struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);

    (void)call;
    cs_buffer_printf(&scene->calls, "%s%s=%s",
                     user->found ? " begin:" : " begin-for-nobody:", kinds[factor->kind],
                     factor->id);
    cs_buffer_free(&scene->message);
    cs_buffer_text(&scene->message, request->message);
    scene->seconds = request->seconds;
    if (scene->begin_result != CS_OK)
        return cs_fail(error, scene->begin_result, "begin is broken");
    (void)snprintf(ret_challenge->id, sizeof ret_challenge->id, "%s", factor->id);
    (void)snprintf(ret_challenge->correlation, sizeof ret_challenge->correlation, "%s",
                   scene->correlation ? scene->correlation : "");
    ret_challenge->line = scene->line ? strdup(scene->line) : NULL;
    return CS_OK;
}

static bool is_right(const struct method_scene *scene, const struct cs_attempt *attempt)
{
    const char *right = attempt->kind == CS_FACTOR_PASSWORD ? "secret" : "123456";

    return (attempt->identity != NULL || scene->lenient) &&
           attempt->answer->length == strlen(right) && strcmp(attempt->answer->data, right) == 0;
}

static enum cs_err verify(struct cs_provider *provider, const struct cs_call *call,
                          const struct cs_attempt *attempt, const struct cs_judging *judging,
                          struct cs_outcome *ret_outcome, struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);
    bool password = attempt->kind == CS_FACTOR_PASSWORD;

    (void)call;
    (void)judging;
    cs_buffer_printf(&scene->calls, " verify:%s=%s", kinds[attempt->kind], attempt->answer->data);
    cs_buffer_printf(&scene->judged, "%s%s%s\n", attempt->identity ? attempt->identity : "nobody",
                     attempt->countable ? " countable" : "", attempt->proven ? " proven" : "");
    scene->countable = attempt->countable;
    scene->proven = attempt->proven;
    scene->subject = attempt->subject;
    scene->user = attempt->identity ? attempt->identity : "";
    if (scene->verify_ms > 0)
        fake_clock_pass(cs_clock_ms() + scene->verify_ms);
    if (scene->verify_result != CS_OK)
        return cs_fail(error, scene->verify_result, "verify is broken");
    *ret_outcome = (struct cs_outcome){.reason = password ? "wrong-password" : "wrong-code"};
    if (is_right(scene, attempt))
        *ret_outcome = (struct cs_outcome){.judgement = CS_JUDGED_RIGHT,
                                           .reason = kinds[attempt->kind],
                                           .recovery = scene->recovery,
                                           .recovery_left = scene->recovery ? 9 : 0};
    else if (scene->over && !password)
        ret_outcome->judgement = CS_JUDGED_OVER;
    return CS_OK;
}

static enum cs_err poll(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                        const struct cs_challenge *challenge, struct cs_approval_state *ret_state,
                        struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);

    (void)call;
    (void)user;
    (void)factor;
    (void)challenge;
    if (scene->polls == 0)
        cs_buffer_text(&scene->calls, " poll");
    if (scene->poll_result != CS_OK)
        return cs_fail(error, scene->poll_result, "poll is broken");
    *ret_state = scene->polls < scene->approvals_count
                     ? scene->approvals[scene->polls]
                     : (struct cs_approval_state){CS_APPROVAL_PENDING, "pending"};
    scene->polls++;
    return CS_OK;
}

/* ---- the login ---- */

static enum cs_err identify(struct cs_method_login *login, const char **ret_identity,
                            struct cs_error *error)
{
    (void)error;
    *ret_identity = ((struct method_scene *)login)->identity;
    return CS_OK;
}

static bool proven(struct cs_method_login *login, bool answered)
{
    struct method_scene *scene = (struct method_scene *)login;

    return scene->key || (scene->key_if_answered && answered);
}

static bool may_send(struct cs_method_login *login, bool is_proven, bool asked_for)
{
    struct method_scene *scene = (struct method_scene *)login;

    if (asked_for)
        return is_proven || !scene->flooded;
    return !scene->quiet && (is_proven || scene->autopush);
}

static void was_refused(struct cs_method_login *login)
{
    ((struct method_scene *)login)->refusals++;
}

/* ---- the conversation ---- */

static enum cs_err exchange(struct cs_channel *channel, const struct cs_round *round,
                            struct cs_answers *ret_answers, struct cs_error *error)
{
    struct method_scene *scene = scene_of_channel(channel);
    struct cs_script_channel script;
    enum cs_err result;

    if (round->count > 0)
        cs_buffer_text(&scene->calls, " ask");
    cs_script_channel_init(&script);
    result = script.channel.ops->exchange(channel, round, ret_answers, error);
    cs_script_channel_clear(&script);
    return result;
}

static enum cs_err wait(struct cs_channel *channel, int64_t until, struct cs_error *error)
{
    struct method_scene *scene = scene_of_channel(channel);

    (void)error;
    scene->script.waits++;
    scene->waited_until = until;
    fake_clock_pass(until);
    return CS_OK;
}

static void keep_line(void *context, int priority, const char *line)
{
    cs_buffer_printf(context, "%d %s\n", priority, line);
}

struct method_scene *method_scene_new(void)
{
    struct method_scene *scene = calloc(1, sizeof *scene);

    if (scene == NULL)
        return NULL;
    cs_script_channel_init(&scene->script);
    scene->channel_ops = *scene->script.channel.ops;
    scene->channel_ops.exchange = exchange;
    scene->channel_ops.wait = wait;
    scene->script.channel.ops = &scene->channel_ops;
    scene->ops = (struct cs_provider_ops){.name = "pretend",
                                          .remote = true,
                                          .kinds = CS_KIND(CS_FACTOR_KINDS) - 1,
                                          .find_user = find_user,
                                          .list_factors = list_factors,
                                          .begin = begin,
                                          .verify = verify,
                                          .poll = poll};
    scene->provider.ops = &scene->ops;
    scene->log = (struct cs_log){keep_line, &scene->lines, true};
    scene->identity = "demo";
    scene->options = (struct cs_method_options){
        .password_separator = ":", .retry = 2, .poll_timeout = 60, .otp_echo = true};
    cs_catalogue_english(&scene->english);
    scene->book.catalogue = &scene->english;
    scene->login =
        (struct cs_method_login){.options = &scene->options,
                                 .channel = &scene->script.channel,
                                 .provider = &scene->provider,
                                 .log = &scene->log,
                                 .call = {.deadline = cs_clock_ms() + 110 * 1000, .cancel_fd = -1},
                                 .book = &scene->book,
                                 .wait_mode = CS_WAIT_SILENT,
                                 .host = "host.example.com",
                                 .service = "sshd",
                                 .address = "192.0.2.1",
                                 .client = "192.0.2.1",
                                 .stranger = " 7",
                                 .identify = identify,
                                 .proven = proven,
                                 .may_send = may_send,
                                 .was_refused = was_refused,
                                 .reason = "none"};
    return scene;
}

void method_scene_free(struct method_scene *scene)
{
    cs_method_login_clear(&scene->login);
    cs_script_channel_clear(&scene->script);
    cs_buffer_free(&scene->calls);
    cs_buffer_free(&scene->judged);
    cs_buffer_free(&scene->lines);
    cs_buffer_free(&scene->message);
    free(scene);
}

void method_scene_add(struct method_scene *scene, enum cs_factor_kind kind, const char *id,
                      const char *name)
{
    struct cs_listed_factor *factor = &scene->factors[scene->factors_count++];

    factor->kind = kind;
    (void)snprintf(factor->id, sizeof factor->id, "%s", id);
    (void)snprintf(factor->name, sizeof factor->name, "%s", name);
}

const char *method_scene_calls(const struct method_scene *scene)
{
    return scene->calls.length > 0 ? scene->calls.text + 1 : "";
}
