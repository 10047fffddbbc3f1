#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%% usage: erlang.erl PORT ask|saved|FOLDER/id_ecdsa ANSWER... (the test applications_more.further_clients)

main([Port, How | Answers]) ->
    {ok, _} = application:ensure_all_started(ssh),
    Options = [{user, "alice"}, {silently_accept_hosts, true}, {save_accepted_host, false},
               {auth_methods, "publickey,keyboard-interactive"} | options(How, Answers)],
    case ssh:connect("127.0.0.1", list_to_integer(Port), Options) of
        {ok, Connection} ->
            io:format("let in~n"),
            ssh:close(Connection);
        {error, Reason} ->
            io:format("~p~nrefused~n", [Reason])
    end.

options("saved", [Password]) ->
    [{user_dir, "/"}, {user_interaction, false}, {password, Password}];
options("ask", Answers) ->
    [{user_dir, "/"}, {keyboard_interact_fun, dialogue(Answers)}];
options(Key, Answers) ->
    [{user_dir, filename:dirname(Key)}, {keyboard_interact_fun, dialogue(Answers)}].

%% Each call answers one request; the table remembers which answers are left.
dialogue(Answers) ->
    Left = ets:new(left, [public]),
    ets:insert(Left, {answers, Answers}),
    fun(_Name, _Instruction, Prompts) ->
        [{answers, Now}] = ets:lookup(Left, answers),
        {Given, Rest} = lists:split(min(length(Prompts), length(Now)), Now),
        ets:insert(Left, {answers, Rest}),
        Given ++ lists:duplicate(length(Prompts) - length(Given), "")
    end.
