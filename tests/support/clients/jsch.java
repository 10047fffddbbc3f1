// SPDX-License-Identifier: Apache-2.0
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.UIKeyboardInteractive;
import com.jcraft.jsch.UserInfo;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** usage: Client PORT ask|KEY ANSWER... (the test applications_more.further_clients) */
final class Client {
    /** Answers prompts; what JSch asks besides is refused. */
    private static final class Dialogue implements UserInfo, UIKeyboardInteractive {
        private final Deque<String> answers;

        Dialogue(Deque<String> answers) {
            this.answers = answers;
        }

        @Override
        public String[] promptKeyboardInteractive(String destination, String name, String instruction,
                                                  String[] prompts, boolean[] echo) {
            String[] replies = new String[prompts.length];
            Arrays.setAll(replies, i -> answers.isEmpty() ? "" : answers.remove());
            return replies;
        }

        @Override public String getPassphrase() { return null; }
        @Override public String getPassword() { return null; }
        @Override public boolean promptPassword(String message) { return false; }
        @Override public boolean promptPassphrase(String message) { return false; }
        @Override public boolean promptYesNo(String message) { return false; }
        @Override public void showMessage(String message) { }
    }

    public static void main(String[] arguments) throws JSchException {
        JSch jsch = new JSch();
        if (!arguments[1].equals("ask")) {
            jsch.addIdentity(arguments[1]);
        }
        Session session = jsch.getSession("alice", "127.0.0.1", Integer.parseInt(arguments[0]));
        session.setConfig("StrictHostKeyChecking", "no");
        session.setConfig("PreferredAuthentications", "publickey,keyboard-interactive");
        session.setUserInfo(new Dialogue(new ArrayDeque<>(Arrays.asList(arguments).subList(2, arguments.length))));
        try {
            session.connect();
            System.out.println("let in");
        } catch (JSchException problem) {
            System.out.println(problem.getMessage() + "\nrefused");
        }
        session.disconnect();
    }
}
