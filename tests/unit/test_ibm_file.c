/* SPDX-License-Identifier: Apache-2.0 */
/* Files of IBM's gateway, as they are documented and as they are found. */
#include "tests/unit/ibm_file.h"

#include "tests/unit/folder.h"

#include "base/file.h"
#include "providers/ibm_verify/settings.h"
#include "providers/registry.h"

#define FILE_WITH_ARGS(args) FILE_WITH("\"pam_ibm_auth\": {\"additional-args\": " args "}")

/* The shape that the documentation shows, with what its samples have wrong but for the '='. */
static const char documented[] =
    "/* the tenant */ {\n"
    "  \"ibm-auth-api\": {\n"
    "    \"client-id\": \"00000000-1111-2222-3333-444444444444\",\n"
    "    \"client-secret\": \"not-a-secret\",\n"
    "    \"protocol\": \"https\", \"host\": \"tenant.example.com\", \"port\": \"8443\",\n"
    "    \"max-handles\": \"24\", \"proxy\": \"http://proxy.example.com:3128\", },\n"
    "  \"ibm-authd\": { \"trace-file\": \"/var/log/authd-trace.log\" },\n"
    "  \"pam\": { \"trace-file\": \"/var/log/pam-trace.log\", \"trace-rollover\": \"10485760\",\n"
    "    \"trace-localtime\": \"true\", \"trace-prefix-all\": \"y\",\n"
    "    \"pam-ibm-auth\": { \"additional-args\": {\n"
    "      \"prompt_trans_sms\": \"%I) Text %N\\n\", \"auth-method\": \"choice-then-otp\",\n"
    "      \"add_devices_to_choice\": true, \"voice_in_choice\": \"\", \"debug\": \"y\",\n"
    "      \"nowarn\": false, \"gecos_field\": 6, \"retry\": \"2\" } },\n"
    "  },\n}\n";

/* The tenant's settings, until the next call. */
static const struct cs_verify_settings *verify_of(const struct cs_config *config)
{
    static struct cs_options options;
    size_t row = 0;

    assert_true(cs_provider_find("verify", &row));
    cs_config_options(config, "", NULL, &options);
    return cs_options_provider(&options, row);
}

static void assert_base_url(const struct cs_config *config, const char *expected)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer url = {0};

    cs_verify_base_url(verify_of(config), &url);
    assert_string_equal(url.text, expected);
}

static void test_documented_sample_every_setting_arrives(void **state)
{
    CS_AUTO(cs_config_release) struct cs_config *config = parse(documented);
    const struct cs_verify_settings *verify = verify_of(config);

    (void)state;
    assert_true(verify->connection.proxy_tunnel);
    assert_base_url(config, "https://tenant.example.com:8443");
    assert_string_equal(verify->client_id, "00000000-1111-2222-3333-444444444444");
    assert_string_equal(verify->client_secret, "not-a-secret");
    assert_string_equal(verify->connection.proxy, "http://proxy.example.com:3128");
    assert_int_equal(verify->connection.max_handles, 24);
    assert_int_equal(verify->connection.connect_timeout, 10);
    assert_int_equal(verify->connection.request_timeout, 30);
    assert_string_equal(verify->connection.trace_file, "/var/log/pam-trace.log");
    assert_int_equal(verify->connection.trace_rollover, 10485760);
    assert_true(verify->connection.trace_localtime && verify->connection.trace_prefix_all);
    assert_null(verify->connection.ca_path);
    assert_true(config->holds_secret);
    assert_int_equal(cs_config_warnings(config)->count, 1);
    assert_string_equal(cs_config_warnings(config)->items[0],
                        "i.json:7:3: 'ibm-authd' has no effect: IBM's daemon is not used");
}

static void assert_sample_options(const struct cs_options *options)
{
    assert_int_equal(options->profile, CS_PROFILE_IBM);
    assert_string_equal(options->auth_method, "choice-then-otp");
    assert_true(options->method.add_devices_to_choice && options->method.voice_in_choice);
    assert_true(options->debug);
    assert_false(options->nowarn);
    assert_int_equal(options->mapping.gecos_field, 6);
    assert_int_equal(options->method.retry, 2);
    assert_string_equal(options->texts[CS_TEXT_TRANS_SMS].variants[0].text, "%I) Text %N\n");
    assert_string_equal(options->texts[CS_TEXT_OTP_PROMPT].variants[0].text, "Enter OTP %C- ");
}

static void test_arguments_as_object_and_as_list_mean_the_same(void **state)
{
    static const char list[] = FILE_WITH_ARGS(
        "[\"prompt_trans_sms=%I) Text %N\\n\", \"auth_method=choice-then-otp\","
        "\"add_devices_to_choice\", \"voice_in_choice\", \"debug\", \"gecos_field=6\", "
        "\"retry=2\",]");
    const char *const texts[] = {documented, list};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        CS_AUTO(cs_config_release) struct cs_config *config = parse(texts[i]);
        struct cs_options options;

        cs_config_options(config, "sshd", NULL, &options);
        assert_sample_options(&options);
        cs_config_options(config, "sshd", "pam-ibm-auth", &options);
        assert_sample_options(&options);
    }
}

static void test_id_selects_its_arguments(void **state)
{
    static const char text[] = FILE_WITH("\"first-id\": {\"additional-args\": [\"retry=1\"]}, "
                                         "\"pam_ibm_auth\": {\"additional-args\": [\"retry=4\"]}, "
                                         "\"empty\": {}");
    static const struct {
        const char *id;
        unsigned retry;
    } rows[] = {{NULL, 4},       {"pam_ibm_auth", 4}, {"pam-ibm_auth", 4}, {"first_id", 1},
                {"first-id", 1}, {"empty", 3},        {"nobody", 3},       {"first", 3}};
    CS_AUTO(cs_config_release) struct cs_config *config = parse(text);
    struct cs_options options;

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        cs_config_options(config, "sshd", rows[i].id, &options);
        assert_int_equal(options.method.retry, rows[i].retry);
    }
}

/* PAM line over additional-args over the profile's default. */
static void test_precedence(void **state)
{
    CS_AUTO(cs_config_release)
    struct cs_config *config = parse(FILE_WITH_ARGS("[\"retry=1\", \"append=@a\"]"));
    CS_AUTO(cs_strlist_free) struct cs_strlist line = {0};
    struct cs_options options;

    (void)state;
    cs_config_options(config, "sshd", NULL, &options);
    assert_int_equal(options.method.password_retry, 0);
    assert_true(options.autopush);
    assert_int_equal(cs_strlist_add(&line, TEXT("retry=7")), CS_OK);
    assert_int_equal(cs_options_from_arguments(&line, &options, NULL, NULL), CS_OK);
    assert_int_equal(options.method.retry, 7);
    assert_string_equal(options.mapping.append, "@a");
}

static void test_wrong_refused_with_its_place(void **state)
{
    static const char *const rows[][2] = {
        {"[]", "i.json:1:1: an object of sections expected, found an array"},
        {"{}",
         "i.json:1:1: the section 'ibm-auth-api' is missing; is this a file of IBM's gateway?"},
        {"{\"ibm-auth-api\": []}", "i.json:1:18: ibm-auth-api: an object expected, found an array"},
        {"{\"ibm-auth-api\": {\n\"port\": true}}",
         "i.json:2:9: port: a number expected, found true or false"},
        {"{\"ibm-auth-api\": {\"port\": \"x\"}}",
         "i.json:1:27: port: 'x' is not a number from 1 to 65535"},
        {"{\"ibm-auth-api\": {\"port\": 65536}}",
         "i.json:1:27: port: '65536' is not a number from 1 to 65535"},
        {"{\"ibm-auth-api\": {\"max-handles\": \"0\"}}",
         "i.json:1:34: max-handles: '0' is not a number from 1 to 1024"},
        {"{\"ibm-auth-api\": {\"client-secret\": 1}}",
         "i.json:1:36: client-secret: a string expected, found a number"},
        {"{\"ibm-auth-api\": {\"client-id\": \"a\\nb\"}}",
         "i.json:1:32: client-id: at most 4096 bytes without control characters expected"},
        {"{\"ibm-auth-api\": {\"client-secret-file\": \"x\"}}",
         "i.json:1:41: client-secret-file: an absolute path expected"},
        {"{\"ibm-auth-api\": {\"proxytunnel\": \"maybe\"}}",
         "i.json:1:34: proxytunnel: true or false expected, found a string"},
        {"{\"ibm-auth-api\": {\"token-type\": \"mac\"}}",
         "i.json:1:33: token-type: only 'Bearer' is known"},
        {"{\"ibm-auth-api\": {}}",
         "i.json:1:18: client-id is missing: the API client created in the tenant"},
        {"{\"ibm-auth-api\": {\"client-id\": \"c\"}}",
         "i.json:1:18: client-secret is missing; client-secret-file may name a file that holds it"},
        {"{\"ibm-auth-api\": {\"access-token\": \"t\"}}",
         "i.json:1:18: host is missing: the tenant's name, as in tenant.example.com"},
        {FILE_WITH("\"trace-file\": \"x\""), "i.json:1:107: trace-file: an absolute path expected"},
        {FILE_WITH_ARGS("[1]"), "i.json:1:130: additional-args: a string such as \"retry=1\" "
                                "expected, found a number"},
        {FILE_WITH_ARGS("{\"retry\": []}"),
         "i.json:1:139: retry: a string, a whole number, true or false expected, found an array"},
        {FILE_WITH_ARGS("1"), "i.json:1:129: additional-args: a list of strings or an object "
                              "expected, found a number"},
        {FILE_WITH_ARGS("[\"retry=x\"]"),
         "i.json:1:130: additional-args: retry: 'x' is not a number from 0 to 10"},
        {FILE_WITH_ARGS("[\"store=/x\"]"), "i.json:1:130: additional-args: store: belongs in the "
                                           "configuration file, not on the PAM line"},
        {FILE_WITH_ARGS("[\"user_env=LD_PRELOAD\"]"),
         "i.json:1:130: additional-args: user_env: in a file only a name that begins with "
         "COUNTERSIGN_; write user_env=LD_PRELOAD on the PAM line"},
        {FILE_WITH("\"pam_ibm_auth\": 1"),
         "i.json:1:109: pam_ibm_auth: an object expected, found a number"},
        {"{\"ibm-auth-api\": {\"client-id\": \"a\",\n\"client_id\": \"b\"}}",
         "i.json:2:1: 'client-id' is set twice, under two spellings"},
        {FILE_WITH("\"a_b\": {}, \"a-b\": {}"),
         "i.json:1:104: 'a-b' is given twice, under two spellings"},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++)
        assert_refused(rows[i][0], rows[i][1]);
}

static void test_obfuscated_secret_alone_says_what_to_do(void **state)
{
    static const char *const keys[] = {"obf-client-secret", "ofb-client-secret"};

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(keys); i++) {
        char text[200];

        (void)snprintf(text, sizeof text,
                       "{\"ibm-auth-api\": {\"client-id\": \"c\", \"%s\": \"AAAA\", \"host\": "
                       "\"t.example.com\"}}",
                       keys[i]);
        assert_refused(text, "i.json:1:18: only IBM's program can read obf-client-secret: "
                             "write the secret in clear as client-secret (and chmod this file 0600 "
                             "or 0640, owner root), or into a file named by client-secret-file");
    }
}

static void test_equals_sign_refused_with_its_place(void **state)
{
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    static const char text[] = "{\"pam\": {\n \"trace-file\"=\"/x\"}}";
    struct cs_error error = {0};

    (void)state;
    assert_int_equal(cs_config_parse_ibm("i.json", TEXT(text), &config, &error), CS_ERR_CONFIG);
    assert_contains(error.text, "i.json:2:14: ");
    assert_contains(error.text, "expected ':' after the key, as in \"key\": \"value\"");
}

static void test_what_is_not_known_warns_with_its_place(void **state)
{
    static const char text[] =
        "{\"ibm-auth-api\": {" API ",\n\"authd-port\": 12, \"authd-force\": \"y\",\n"
        "\"obf-client-secret\": \"AAAA\", \"colour\": 1},\n"
        "\"other\": 1, \"pam\": {\"shape\": 1,\n"
        "\"x\": {\"more\": 1, \"additional-args\": [\"retyr=1\", \"id=x\", \"otp_prompt=%T: \"]}}}";
    static const char *const expected[] = {
        "i.json:2:1: 'authd-port' has no effect: IBM's daemon is not used",
        "i.json:2:19: 'authd-force' has no effect: IBM's daemon is not used",
        "i.json:3:30: ibm-auth-api: unknown key 'colour' is ignored",
        "i.json:4:1: unknown section 'other' is ignored",
        "i.json:4:21: pam: unknown key 'shape' is ignored",
        "i.json:5:7: x: unknown key 'more' is ignored",
        "i.json:5:38: additional-args: unknown argument 'retyr' is ignored; it means 'retry'",
        "i.json:5:49: additional-args: 'id' has an effect on the PAM line only",
        NULL, /* the text of the template's own complaint */
        "i.json:1:2: 'obf-client-secret' is not used: only IBM's program can read it",
    };
    CS_AUTO(cs_config_release) struct cs_config *config = parse(text);
    const struct cs_strlist *warnings = cs_config_warnings(config);

    (void)state;
    assert_int_equal(warnings->count, CS_ARRAY_SIZE(expected));
    for (size_t i = 0; i < warnings->count; i++) {
        if (expected[i] != NULL)
            assert_string_equal(warnings->items[i], expected[i]);
    }
    assert_contains(warnings->items[8], "i.json:5:");
}

static void test_server_becomes_a_url_or_is_refused(void **state)
{
    static const char *const rows[][2] = {
        {"\"host\": \"t.example.com\"", "https://t.example.com:443"},
        {"\"host\": \"t.example.com\", \"protocol\": \"https\", \"port\": 9443",
         "https://t.example.com:9443"},
        {"\"host\": \"192.0.2.1\"", "https://192.0.2.1:443"},
        {"\"host\": \"2001:db8::1\"", "https://[2001:db8::1]:443"},
        {"\"host\": \"[2001:db8::1]\"", "https://[2001:db8::1]:443"},
        {"\"host\": \"127.0.0.1\", \"protocol\": \"http\", \"port\": 80", "http://127.0.0.1:80"},
        {"\"host\": \"localhost\", \"protocol\": \"http\", \"port\": 80", "http://localhost:80"},
        {"\"host\": \"::1\", \"protocol\": \"http\", \"port\": 80", "http://[::1]:80"},
        {"\"host\": \"t.example.com\", \"protocol\": \"http\"", NULL},
        {"\"host\": \"127.example.com\", \"protocol\": \"http\"", NULL},
        {"\"host\": \"t.example.com\", \"protocol\": \"ftp\"", NULL},
        {"\"host\": \"https://t.example.com\"", NULL},
        {"\"host\": \"t.example.com/x\"", NULL},
        {"\"host\": \"u@t.example.com\"", NULL},
        {"\"host\": \"t.example.com:443\"", NULL},
        {"\"host\": \"\"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_config_release) struct cs_config *config = NULL;
        struct cs_error error = {0};
        enum cs_err result;
        char text[300];

        (void)snprintf(text, sizeof text, "{\"ibm-auth-api\": {\"access-token\": \"t\", %s}}",
                       rows[i][0]);
        result = cs_config_parse_ibm("i.json", text, strlen(text), &config, &error);
        assert_int_equal(result, rows[i][1] ? CS_OK : CS_ERR_CONFIG);
        if (rows[i][1] != NULL)
            assert_base_url(config, rows[i][1]);
    }
}

static void test_proxy_empty_and_tunnel_off(void **state)
{
    CS_AUTO(cs_config_release)
    struct cs_config *config =
        parse("{\"ibm-auth-api\": {\"access-token\": \"t\", \"host\": \"h\", \"proxy\": \"\", "
              "\"proxytunnel\": \"n\", \"connect-timeout\": 3, \"request-timeout\": \"9\", "
              "\"token-path\": \"/oauth2/token\", \"token-type\": \"bearer\"}}");
    const struct cs_verify_settings *verify = verify_of(config);

    (void)state;
    assert_string_equal(verify->connection.proxy, "");
    assert_false(verify->connection.proxy_tunnel);
    assert_int_equal(verify->connection.connect_timeout, 3);
    assert_int_equal(verify->connection.request_timeout, 9);
    assert_string_equal(verify->token_path, "/oauth2/token");
    assert_string_equal(verify->access_token, "t");
}

/* ---- files ---- */

static enum cs_err load(struct cs_config_cache *cache, const char *path, struct cs_config **ret,
                        struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    return cs_config_load_ibm(cache, fd, path, ret, error);
}

static void require_root(void)
{
    if (geteuid() != 0)
        skip();
}

static void test_mode_depends_on_what_is_in_it(void **state)
{
    static const struct {
        mode_t mode;
        bool secret;
        enum cs_err result;
    } rows[] = {{0600, true, CS_OK},          {0640, true, CS_OK},
                {0644, true, CS_ERR_TRUST},   {0660, true, CS_ERR_TRUST},
                {0644, false, CS_ERR_CONFIG}, /* the secret's file is missing: it was read */
                {0666, false, CS_ERR_TRUST}};
    struct cs_config_cache *cache = cs_config_cache_new();
    char path[PATH_SIZE];

    require_root();
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_config_release) struct cs_config *config = NULL;
        const char *text = rows[i].secret ? FILE_WITH("")
                                          : "{\"ibm-auth-api\": {\"client-id\": \"c\", \"host\": "
                                            "\"h\", \"client-secret-file\": \"/nowhere/s\"}}";
        struct cs_error error = {0};

        write_file(folder_path(state, "i.json", path), rows[i].mode, text, strlen(text));
        assert_int_equal(load(cache, path, &config, &error), rows[i].result);
    }
    cs_config_cache_free(&cache);
}

static void test_secret_file_is_read_again_when_it_changes(void **state)
{
    struct cs_config_cache *cache = cs_config_cache_new();
    char path[PATH_SIZE], secret[PATH_SIZE], text[2 * PATH_SIZE];
    CS_AUTO(cs_config_release) struct cs_config *first = NULL, *again = NULL, *changed = NULL;
    struct cs_error error = {0};

    require_root();
    write_file(folder_path(state, "secret", secret), 0600, TEXT("one\n"));
    (void)snprintf(text, sizeof text,
                   "{\"ibm-auth-api\": {\"client-id\": \"c\", \"host\": \"h\", "
                   "\"client-secret-file\": \"%s\"}}",
                   secret);
    write_file(folder_path(state, "i.json", path), 0600, text, strlen(text));
    assert_int_equal(load(cache, path, &first, &error), CS_OK);
    assert_string_equal(verify_of(first)->secret_of_file, "one");
    assert_int_equal(load(cache, path, &again, &error), CS_OK);
    assert_ptr_equal(first, again);
    write_file(secret, 0600, TEXT("second"));
    assert_int_equal(load(cache, path, &changed, &error), CS_OK);
    assert_string_equal(verify_of(changed)->secret_of_file, "second");
    cs_config_release(&changed);
    write_file(secret, 0600, TEXT("\n"));
    assert_int_equal(load(cache, path, &changed, &error), CS_ERR_CONFIG);
    write_file(secret, 0644, TEXT("second"));
    assert_int_equal(load(cache, path, &changed, &error), CS_ERR_TRUST);
    cs_config_cache_free(&cache);
}

/* What it is read as is said by whoever names it, also from the cache. */
static void test_kind_is_never_taken_from_the_cache(void **state)
{
    struct cs_config_cache *cache = cs_config_cache_new();
    CS_AUTO(cs_config_release) struct cs_config *config = NULL, *other = NULL;
    CS_AUTO(cs_fd_close) int fd = -1;
    char path[PATH_SIZE];

    require_root();
    write_file(folder_path(state, "c.json", path), 0600, TEXT("{}"));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(cs_config_load(cache, fd, path, &config, NULL), CS_OK);
    assert_int_equal(load(cache, path, &other, NULL), CS_ERR_CONFIG);
    assert_null(other);
    cs_config_cache_free(&cache);
}

static void test_warnings_are_logged_once_for_each_reading(void **state)
{
    struct cs_config_cache *cache = cs_config_cache_new();
    CS_AUTO(cs_buffer_free) struct cs_buffer lines = {0};
    struct cs_log log = log_into(&lines);
    char path[PATH_SIZE];

    require_root();
    write_file(folder_path(state, "i.json", path), 0600, TEXT(FILE_WITH("\"shape\": 1")));
    cs_config_cache_set_log(cache, &log);
    for (int i = 0; i < 3; i++) {
        CS_AUTO(cs_config_release) struct cs_config *config = NULL;

        assert_int_equal(load(cache, path, &config, NULL), CS_OK);
    }
    assert_contains(lines.text, "unknown key 'shape'");
    assert_null(strstr(strstr(lines.text, "shape") + 1, "shape"));
    cs_config_cache_free(&cache);
}

/* A folder of certificates, a file of root's, and nothing else. */
static void test_certificates_are_looked_at(void **state)
{
    static const struct {
        const char *name;
        mode_t mode;
        enum cs_err result;
    } rows[] = {{"ca.pem", 0644, CS_OK},
                {"loose.pem", 0666, CS_ERR_TRUST},
                {"none.pem", 0, CS_ERR_CONFIG},
                {"", 0, CS_OK}}; /* the folder itself */
    char path[PATH_SIZE], named[PATH_SIZE], text[2 * PATH_SIZE];

    require_root();
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        struct cs_config_cache *cache = cs_config_cache_new();
        CS_AUTO(cs_config_release) struct cs_config *config = NULL;
        struct cs_error error = {0};

        folder_path(state, rows[i].name, named);
        if (rows[i].mode != 0)
            write_file(named, rows[i].mode, TEXT("x"));
        (void)snprintf(text, sizeof text, "{\"ibm-auth-api\": {" API ", \"ca-path\": \"%s\"}}",
                       named);
        write_file(folder_path(state, "i.json", path), 0600, text, strlen(text));
        if (load(cache, path, &config, &error) != rows[i].result)
            fail_msg("%s: %s", named, error.text);
        if (config != NULL)
            assert_string_equal(verify_of(config)->connection.ca_path, named);
        if (rows[i].result == CS_ERR_CONFIG)
            assert_contains(error.text, "ca-path: ");
        cs_config_cache_free(&cache);
    }
}

/* Our own file over additional-args, and the tenant of the other. */
static void test_own_file_names_it(void **state)
{
    static const char ibm[] = FILE_WITH_ARGS("[\"retry=1\", \"append=@a\", \"otp_echo=yes\"]");
    struct cs_config_cache *cache = cs_config_cache_new();
    char path[PATH_SIZE], text[2 * PATH_SIZE];
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_error error = {0};
    struct cs_options options;

    require_root();
    write_file(folder_path(state, "i.json", path), 0600, TEXT(ibm));
    (void)snprintf(text, sizeof text,
                   "{\"ibm_auth_config\": \"%s\", \"retry\": 5, \"services\": {\"sudo\": "
                   "{\"retry\": 0}}}",
                   path);
    assert_int_equal(cs_config_parse("c.json", text, strlen(text), &config, &error), CS_OK);
    assert_string_equal(cs_config_ibm_path(config), path);
    assert_int_equal(cs_config_follow(cache, &config, &error), CS_OK);
    assert_base_url(config, "https://t.example.com:443");
    cs_config_options(config, "sshd", NULL, &options);
    assert_int_equal(options.profile, CS_PROFILE_IBM);
    assert_int_equal(options.method.retry, 5);
    assert_string_equal(options.mapping.append, "@a");
    assert_true(options.method.otp_echo);
    assert_true(options.autopush);
    cs_config_options(config, "sudo", NULL, &options);
    assert_int_equal(options.method.retry, 0);
    cs_config_release(&config);
    cs_config_cache_free(&cache);
}

static void test_own_section_verify(void **state)
{
    static const char *const refused[][2] = {
        {"{\"verify\": 1}", "c.json:1:12: verify: an object expected, found a number"},
        {"{\"verify\": {\"colour\": 1}}", "c.json:1:13: verify: there is no setting 'colour'"},
        {"{\"verify\": {\"authd-port\": 1}}",
         "c.json:1:13: verify: there is no setting 'authd-port'"},
        {"{\"verify\": {" API "}, \"ibm_auth_config\": \"/x\"}",
         "c.json:1:1: verify and ibm_auth_config are both given; give only one"},
        {"{\"verify\": {\n\"host\": \"a\", \"host_\": 1}}",
         "c.json:2:14: verify: there is no setting 'host_'"},
        {"{\"verify\": {\"client-id\": \"a\",\n\"client_id\": \"b\"}}",
         "c.json:2:1: 'client-id' is set twice, under two spellings"},
        {"{\"verify\": {\n}}",
         "c.json:1:12: client-id is missing: the API client created in the tenant"},
        {"{\"ibm_auth_config\": \"x\"}", "c.json:1:21: ibm_auth_config: an absolute path expected"},
    };
    CS_AUTO(cs_config_release) struct cs_config *config = NULL;
    struct cs_error error = {0};
    struct cs_options options;

    (void)state;
    assert_int_equal(cs_config_parse("c.json",
                                     TEXT("{\"verify\": {" API ", \"trace-file\": \"/t\"}}"),
                                     &config, &error),
                     CS_OK);
    assert_string_equal(verify_of(config)->connection.trace_file, "/t");
    assert_string_equal(verify_of(config)->client_secret, "s");
    cs_config_options(config, "sshd", NULL, &options);
    assert_int_equal(options.profile, CS_PROFILE_OWN);
    cs_config_release(&config);
    for (size_t i = 0; i < CS_ARRAY_SIZE(refused); i++) {
        assert_int_equal(
            cs_config_parse("c.json", refused[i][0], strlen(refused[i][0]), &config, &error),
            CS_ERR_CONFIG);
        assert_string_equal(error.text, refused[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documented_sample_every_setting_arrives),
        cmocka_unit_test(test_arguments_as_object_and_as_list_mean_the_same),
        cmocka_unit_test(test_id_selects_its_arguments),
        cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_wrong_refused_with_its_place),
        cmocka_unit_test(test_obfuscated_secret_alone_says_what_to_do),
        cmocka_unit_test(test_equals_sign_refused_with_its_place),
        cmocka_unit_test(test_what_is_not_known_warns_with_its_place),
        cmocka_unit_test(test_server_becomes_a_url_or_is_refused),
        cmocka_unit_test(test_proxy_empty_and_tunnel_off),
        cmocka_unit_test(test_own_section_verify),
        IN_FOLDER(test_mode_depends_on_what_is_in_it),
        IN_FOLDER(test_secret_file_is_read_again_when_it_changes),
        IN_FOLDER(test_kind_is_never_taken_from_the_cache),
        IN_FOLDER(test_warnings_are_logged_once_for_each_reading),
        IN_FOLDER(test_certificates_are_looked_at),
        IN_FOLDER(test_own_file_names_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
