/* SPDX-License-Identifier: Apache-2.0 */
/* Languages as logins get them: fallback by message, untrusted files, no file opened twice. Needs
 * root, who must own catalogues. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/resource.h>
#include <syslog.h>

#include "tests/support/mo_file.h"
#include "tests/unit/folder.h"
#include "tests/unit/languages.h"

enum { THREADS = 8, ROUNDS = 50 };

struct scene {
    struct cs_buffer warnings, notices;
    struct cs_log log;
    struct cs_catalogues *catalogues;
};

static void keep(void *context, int priority, const char *line)
{
    struct scene *scene = context;

    if (priority <= LOG_NOTICE)
        cs_buffer_printf(priority == LOG_NOTICE ? &scene->notices : &scene->warnings, "%s\n", line);
}

static const char *warnings_of(const struct scene *scene)
{
    return scene->warnings.text ? scene->warnings.text : "";
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

static void scene_open(struct scene *scene, void **state)
{
    const struct folder *folder = *state;

    *scene = (struct scene){.log = {.write = keep, .context = scene}};
    scene->catalogues = cs_catalogues_new(folder->path, &scene->log);
    assert_non_null(scene->catalogues);
}

static void scene_close(struct scene *scene)
{
    cs_catalogues_free(&scene->catalogues);
    cs_buffer_free(&scene->warnings);
    cs_buffer_free(&scene->notices);
}

/* Writes FOLDER/LANGUAGE/LC_MESSAGES/countersign.mo and returns its path. */
static const char *install(void **state, const char *language, const char *data, size_t length,
                           char out[PATH_SIZE])
{
    const struct folder *folder = *state;

    (void)snprintf(out, PATH_SIZE, "%s/%s", folder->path, language);
    (void)mkdir(out, 0755);
    (void)snprintf(out, PATH_SIZE, "%s/%s/LC_MESSAGES", folder->path, language);
    (void)mkdir(out, 0755);
    (void)snprintf(out, PATH_SIZE, "%s/%s/LC_MESSAGES/countersign.mo", folder->path, language);
    write_file(out, 0644, data, length);
    return out;
}

static void install_messages(void **state, const char *language, const struct mo_message *messages,
                             size_t count)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer file = {0};
    char path[PATH_SIZE];

    mo_file_write(&file, messages, count, false);
    install(state, language, file.text, file.length, path);
}

static void install_built(void **state, const char *language)
{
    CS_AUTO(cs_secret_free) struct cs_secret file = {0};
    char path[PATH_SIZE];

    read_catalogue_file(language, &file);
    install(state, language, file.data, file.length, path);
}

static const char *say(struct scene *scene, const char *language, enum cs_text key)
{
    return cs_catalogues_get(scene->catalogues, language)->texts[key];
}

static void assert_english(struct scene *scene, const char *language)
{
    for (size_t key = 0; key < CS_TEXTS; key++)
        assert_string_equal(say(scene, language, (enum cs_text)key), cs_texts[key].english);
    assert_false(cs_catalogues_get(scene->catalogues, language)->rtl);
}

static void test_get_falls_back_message_by_message(void **state)
{
    static const struct mo_message french[] = {
        {"otp_prompt", "Verification code: ", "Code : "},
        {"wait_enter", "Then press Enter here: ", "Puis Entrée : "}};
    static const struct mo_message canadian[] = {
        {"wait_enter", "Then press Enter here: ", "Puis Retour : "}};
    struct scene scene;

    install_messages(state, "fr", french, 2);
    install_messages(state, "fr_CA", canadian, 1);
    scene_open(&scene, state);
    for (int round = 0; round < 2; round++) {
        assert_string_equal(say(&scene, "fr-ca", CS_TEXT_WAIT_ENTER), "Puis Retour : ");
        assert_string_equal(say(&scene, "fr_CA", CS_TEXT_OTP_PROMPT), "Code : ");
        assert_string_equal(say(&scene, "fr_CA", CS_TEXT_CHOICE_MORE), "0) Other choices\n");
        assert_string_equal(say(&scene, "fr", CS_TEXT_WAIT_ENTER), "Puis Entrée : ");
        assert_string_equal(say(&scene, "fr_BE", CS_TEXT_WAIT_ENTER), "Puis Entrée : ");
    }
    assert_string_equal(cs_catalogues_get(scene.catalogues, "fr-ca")->language, "fr_CA");
    assert_english(&scene, "");
    assert_english(&scene, "en");
    assert_english(&scene, "en_GB");
    assert_english(&scene, "sv"); /* no file: nothing wrong */
    assert_string_equal(warnings_of(&scene), "");
    scene_close(&scene);
}

static void test_get_the_nearest_and_say_so(void **state)
{
    static const struct {
        const char *language, *translation, *said;
    } rows[] = {{"zh_TW", "zh_CN", "there is no translation for zh_TW: zh_CN is used\n"},
                {"zh", "zh_CN", ""}, /* loaded before, for zh_TW */
                {"zh_CN", "zh_CN", ""},
                {"zh_TW", "zh_CN", ""},
                {"pt", "pt_BR", "there is no translation for pt: pt_BR is used\n"},
                {"pt_PT", "pt_BR", "there is no translation for pt_PT: pt_BR is used\n"},
                {"pt_BR", "pt_BR", ""},
                {"de_AT", "de", ""},
                {"de", "de", ""},
                {"xx", "", "there is no translation for xx: English is used\n"},
                {"en_GB", "", ""},
                {"", "", ""}};
    struct scene scene;

    install_built(state, "zh_CN");
    install_built(state, "pt_BR");
    install_built(state, "de");
    scene_open(&scene, state);
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        const struct cs_catalogue *catalogue =
            cs_catalogues_get(scene.catalogues, rows[i].language);

        assert_string_equal(catalogue->translation, rows[i].translation);
        assert_int_equal(strcmp(catalogue->texts[CS_TEXT_OTP_PROMPT], "Verification code: ") == 0,
                         rows[i].translation[0] == '\0');
        assert_string_equal(scene.notices.text ? scene.notices.text : "", rows[i].said);
        cs_buffer_free(&scene.notices);
    }
    assert_string_equal(warnings_of(&scene), "");
    scene_close(&scene);
}

static void test_get_right_to_left_where_it_speaks_so(void **state)
{
    struct scene scene;

    install_built(state, "ar");
    install_built(state, "de");
    scene_open(&scene, state);
    assert_true(cs_catalogues_get(scene.catalogues, "ar")->rtl);
    assert_true(cs_catalogues_get(scene.catalogues, "ar_EG")->rtl);
    assert_false(cs_catalogues_get(scene.catalogues, "de")->rtl);
    assert_false(cs_catalogues_get(scene.catalogues, "he")->rtl); /* no file: English */
    scene_close(&scene);
}

/* An untrusted file: English, and one line about it however often it is requested. */
static void assert_file_refused(void **state, const char *text)
{
    struct scene scene;

    scene_open(&scene, state);
    for (int round = 0; round < 3; round++)
        assert_english(&scene, "fr");
    assert_contains(warnings_of(&scene), text);
    assert_int_equal(lines_of(warnings_of(&scene)), 1);
    scene_close(&scene);
}

static void test_get_damaged_file_is_english(void **state)
{
    static char large[CS_MO_BYTES_MAX + 1];
    CS_AUTO(cs_secret_free) struct cs_secret file = {0};
    char path[PATH_SIZE];

    read_catalogue_file("fr", &file);
    install(state, "fr", file.data, file.length / 2, path);
    assert_file_refused(state, "lies outside the file");
    install(state, "fr", "", 0, path);
    assert_file_refused(state, "countersign.mo");
    install(state, "fr", large, sizeof large, path);
    assert_file_refused(state, "countersign.mo");
}

static void test_get_untrusted_file_is_english(void **state)
{
    CS_AUTO(cs_secret_free) struct cs_secret file = {0};
    char path[PATH_SIZE], elsewhere[PATH_SIZE];

    read_catalogue_file("fr", &file);
    install(state, "fr", file.data, file.length, path);
    assert_int_equal(chmod(path, 0666), 0);
    assert_file_refused(state, path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chown(path, 1, 0), 0);
    assert_file_refused(state, path);
    folder_path(state, "elsewhere.mo", elsewhere);
    write_file(elsewhere, 0644, file.data, file.length);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(elsewhere, path), 0);
    assert_file_refused(state, path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_file_refused(state, path);
}

/* A text with several forms: as many as the language has, each of which may be shown; otherwise the
 * English ones, by the English rule. */
static void test_get_forms_by_the_rule_of_their_language(void **state)
{
#define FORM(days) "Noch %N " days " (%E): "
    static const struct {
        const char *translation;
        bool shown, warned;
    } rows[] = {{FORM("den") "\001" FORM("dny") "\001" FORM("dní"), true, false},
                {FORM("den") "\001" FORM("dny"), false, false},
                {FORM("den") "\001" FORM("dny") "\001" FORM("dní") "\001" FORM("x"), false, false},
                {FORM("den") "\001\001" FORM("dní"), false, false},
                {FORM("den") "\001%N dny: \001" FORM("dní"), false, true}};
    static const struct {
        unsigned long number;
        const char *czech, *english;
    } numbers[] = {{1, FORM("den"), "%N more day "},
                   {3, FORM("dny"), "%N more days "},
                   {22, FORM("dní"), "%N more days "}};
    const char *english = cs_texts[CS_TEXT_ENROL_BY].english;

    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        CS_AUTO(cs_buffer_free) struct cs_buffer forms = {0};
        struct mo_message message = {"enrol_by_notice", NULL, rows[i].translation};
        const struct cs_catalogue *catalogue;
        struct scene scene;

        cs_buffer_printf(&forms, "%s\001%s", english, english + strlen(english) + 1);
        message.text = forms.text;
        install_messages(state, "cs", &message, 1);
        scene_open(&scene, state);
        catalogue = cs_catalogues_get(scene.catalogues, "cs_CZ");
        for (size_t n = 0; n < CS_ARRAY_SIZE(numbers); n++) {
            const char *text = cs_catalogue_text(catalogue, CS_TEXT_ENROL_BY, numbers[n].number);

            if (rows[i].shown)
                assert_string_equal(text, numbers[n].czech);
            else
                assert_contains(text, numbers[n].english);
        }
        assert_int_equal(strstr(warnings_of(&scene), "enrol_by_notice") != NULL, rows[i].warned);
        scene_close(&scene);
    }
#undef FORM
}

static void test_get_hostile_translation_is_english_for_that_key_alone(void **state)
{
    static const struct mo_message hostile[] = {
        {"otp_prompt", "Verification code: ", "\x1b]0;x\a: "},
        {"choice_end", "Your choice (1-%T): ", "sans : "},
        {"choice_more", "0) Other choices\n", "\u202e(0\n"},
        {"wait_enter", "Then press Enter here: ", "Puis Entrée : "},
        {"sent_sms", "A text message was sent to %N.\n", "%n%s %N\n"},
        {"wait_not_yet", "The request has not been approved yet.\n", "\xff\n"}};
    CS_AUTO(cs_buffer_free) struct cs_buffer huge = {0};
    struct mo_message messages[CS_ARRAY_SIZE(hostile) + 1];
    struct scene scene;

    for (int i = 0; i < 100000; i++)
        cs_buffer_text(&huge, "x\n");
    memcpy(messages, hostile, sizeof hostile);
    messages[CS_ARRAY_SIZE(hostile)] = (struct mo_message){
        "choice_start", "How do you want to confirm that it is you?\n", huge.text};
    install_messages(state, "fr", messages, CS_ARRAY_SIZE(messages));
    scene_open(&scene, state);
    for (size_t key = 0; key < CS_TEXTS; key++)
        assert_string_equal(say(&scene, "fr", (enum cs_text)key),
                            key == CS_TEXT_WAIT_ENTER ? "Puis Entrée : " : cs_texts[key].english);
    assert_int_equal(lines_of(warnings_of(&scene)), CS_ARRAY_SIZE(messages) - 1);
    assert_contains(warnings_of(&scene), "translation fr of 'choice_end' is not used");
    scene_close(&scene);
}

/* With no descriptor left, opening a file fails and is logged. */
static void forbid_opening(struct rlimit *ret_before)
{
    struct rlimit none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, ret_before), 0);
    none = (struct rlimit){0, ret_before->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
}

static void test_get_second_time_opens_no_file(void **state)
{
    struct rlimit before;
    struct scene scene;
    char path[PATH_SIZE];

    install_built(state, "ja");
    install_built(state, "fr");
    install(state, "de", "damaged", 7, path);
    scene_open(&scene, state);
    assert_string_equal(say(&scene, "ja", CS_TEXT_OTP_PROMPT), "確認コード: ");
    assert_english(&scene, "de");
    assert_english(&scene, "sv");
    assert_int_equal(lines_of(warnings_of(&scene)), 1);
    forbid_opening(&before);
    assert_string_equal(say(&scene, "ja", CS_TEXT_OTP_PROMPT), "確認コード: ");
    assert_english(&scene, "de");
    assert_english(&scene, "sv");
    assert_int_equal(lines_of(warnings_of(&scene)), 1);
    (void)say(&scene, "fr", CS_TEXT_OTP_PROMPT); /* the first time does, and this shows it */
    assert_int_equal(lines_of(warnings_of(&scene)), 2);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    scene_close(&scene);
}

static void test_get_names_with_paths_never_reach_the_file_system(void **state)
{
    static const char *const names[] = {
        "../fr",  "fr/../de", "/etc", "fr/",  "..",       ".",     "f", "fr\n", "fr_",   "fr__CA",
        "fr_CAN", "frfr",     "f/r",  "%s%n", "\xc3\xa9", "fr_C/", "",  "1r",   "fr_12", ".."};
    struct rlimit before;
    struct scene scene;

    install_built(state, "fr");
    scene_open(&scene, state);
    forbid_opening(&before);
    for (size_t i = 0; i < CS_ARRAY_SIZE(names); i++)
        assert_english(&scene, names[i]);
    assert_string_equal(warnings_of(&scene), "");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    scene_close(&scene);
}

/* More languages than are kept: English or the parent language, and nothing breaks. */
static void test_get_more_languages_than_are_kept(void **state)
{
    struct scene scene;
    char name[CS_LANGUAGE_SIZE];

    scene_open(&scene, state);
    for (char a = 'a'; a <= 'z'; a++) {
        for (char b = 'a'; b <= 'z'; b++) {
            (void)snprintf(name, sizeof name, "%c%c_%c%c", a, b, b, a);
            assert_string_equal(say(&scene, name, CS_TEXT_OTP_PROMPT), "Verification code: ");
        }
    }
    scene_close(&scene);
}

static void *ask_all(void *context)
{
    struct cs_catalogues *catalogues = context;
    size_t wrong = 0;

    for (int round = 0; round < ROUNDS; round++) {
        for (size_t l = 0; l < languages_count; l++) {
            const struct cs_catalogue *catalogue = cs_catalogues_get(catalogues, languages[l]);

            wrong += catalogue != cs_catalogues_get(catalogues, languages[l]);
            wrong += strcmp(catalogue->language, languages[l]) != 0;
            wrong += strcmp(catalogue->texts[CS_TEXT_OTP_PROMPT], "Verification code: ") == 0;
        }
    }
    return wrong == 0 ? context : NULL;
}

static void test_get_from_many_threads(void **state)
{
    pthread_t threads[THREADS];
    struct scene scene;

    for (size_t l = 0; l < languages_count; l++)
        install_built(state, languages[l]);
    scene_open(&scene, state);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_all, scene.catalogues), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *result = NULL;

        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, scene.catalogues);
    }
    assert_string_equal(warnings_of(&scene), "");
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_get_falls_back_message_by_message),
        IN_FOLDER(test_get_the_nearest_and_say_so),
        IN_FOLDER(test_get_right_to_left_where_it_speaks_so),
        IN_FOLDER(test_get_damaged_file_is_english),
        IN_FOLDER(test_get_untrusted_file_is_english),
        IN_FOLDER(test_get_forms_by_the_rule_of_their_language),
        IN_FOLDER(test_get_hostile_translation_is_english_for_that_key_alone),
        IN_FOLDER(test_get_second_time_opens_no_file),
        IN_FOLDER(test_get_names_with_paths_never_reach_the_file_system),
        IN_FOLDER(test_get_more_languages_than_are_kept),
        IN_FOLDER(test_get_from_many_threads),
    };

    if (geteuid() != 0) {
        (void)fprintf(stderr, "catalogues have to belong to root\n");
        return 77;
    }
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
