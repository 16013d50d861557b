package org.boltzmann4j.arbiter;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.CandidateGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Candidates in the order of their indices: those written down first, then new ones. A generator that draws again what it drew
 * before is so led back to where it was. One that has forgotten (an unseeded generator, a grid in random order) is overruled by the
 * journal; what it draws meanwhile is not lost but comes later, and nothing comes twice.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // as the host declares candidates
final class LoggedDraws {

    private static final Logger LOG = LoggerFactory.getLogger(LoggedDraws.class);

    private final CandidateGenerator generator;
    private final SearchJournal journal;
    private final PretrainingTaskCreator tasks;
    private final Deque<Candidate> later = new ArrayDeque<>();
    private final Set<List<Double>> overruled = new HashSet<>();
    private int next;

    LoggedDraws(CandidateGenerator generator, SearchJournal journal, PretrainingTaskCreator tasks) {
        this.generator = generator;
        this.journal = journal;
        this.tasks = tasks;
    }

    /** The next candidate, written down; null if there are no more. */
    @Nullable Candidate next() {
        CandidateRecord logged = journal.draw(next);
        Candidate candidate = logged == null ? fresh() : again(logged);
        if (candidate == null) {
            return null;
        }
        candidate.setIndex(next);
        next++;
        if (logged == null) {
            journal.write(CandidateRecord.of(candidate, tasks));
        }
        return candidate;
    }

    private @Nullable Candidate fresh() {
        while (true) {
            Candidate candidate = !later.isEmpty() ? later.remove() : drawn();
            if (candidate == null || overruled.isEmpty() || !overruled.remove(CandidateRecord.pointOf(candidate))) {
                return candidate;
            }
        }
    }

    private @Nullable Candidate drawn() {
        return generator.hasMoreCandidates() ? generator.getCandidate() : null;
    }

    private Candidate again(CandidateRecord logged) {
        Candidate drawn = drawn();
        if (drawn != null
                && CandidateRecord.pointOf(drawn).equals(logged.point())
                && PretrainingTaskCreator.shareOf(drawn) == logged.epochShare()) {
            return drawn;
        }
        if (overruled.isEmpty()) {
            LOG.info(
                    "the generator does not remember its draws: going on from the journal, from candidate {} on", next);
        }
        if (drawn != null) {
            later.add(drawn);
        }
        overruled.add(logged.point());
        double[] point = logged.coordinates();
        Exception failure = null;
        Object value = null;
        try {
            value = generator.getParameterSpace().getValue(point);
        } catch (RuntimeException refused) {
            failure = refused;
        }
        return new Candidate(value, logged.index(), point, logged.dataParameters(), failure);
    }
}
