package org.boltzmann4j.energy;

import java.util.List;

/**
 * A deep belief network: a stack of RBMs of which the top one is undirected and those below point down (Hinton, Osindero,
 * Teh 2006), {@code p(v, h_1, ..., h_L) = p(v | h_1) ... p(h_{L-2} | h_{L-1}) p(h_{L-1}, h_L)}. A view of its RBMs, without
 * state of its own; a single RBM is a stack of one.
 */
public final class RbmStack {

    private final List<Rbm> rbms;

    private RbmStack(List<Rbm> rbms) {
        this.rbms = rbms;
    }

    /**
     * A stack of given RBMs.
     *
     * @param rbms from the bottom
     * @return the stack
     * @throws IllegalArgumentException if there is none, or the visible units of one are not the hidden ones of the one below
     */
    public static RbmStack of(Rbm... rbms) {
        return of(List.of(rbms));
    }

    /**
     * A stack of given RBMs.
     *
     * @param rbms from the bottom
     * @return the stack
     * @throws IllegalArgumentException if there is none, or the visible units of one are not the hidden ones of the one below
     */
    public static RbmStack of(List<Rbm> rbms) {
        if (rbms.isEmpty()) {
            throw new IllegalArgumentException("deep belief network: expected at least one RBM");
        }
        for (int l = 1; l < rbms.size(); l++) {
            Rbm rbm = rbms.get(l);
            Rbm below = rbms.get(l - 1);
            if (!below.hidden().equals(rbm.visible()) || below.hiddenWidth() != rbm.visibleWidth()) {
                throw new IllegalArgumentException("deep belief network: RBM " + l + " has " + rbm.visibleWidth()
                        + " " + rbm.visible() + " visible units, expected the hidden ones of the RBM below, "
                        + below.hiddenWidth() + " " + below.hidden());
            }
        }
        return new RbmStack(List.copyOf(rbms));
    }

    /**
     * Returns the RBMs.
     *
     * @return from the bottom, at least one, not to be modified
     */
    public List<Rbm> rbms() {
        return rbms;
    }

    /**
     * Returns the RBM whose visible units are those of the data.
     *
     * @return the model
     */
    public Rbm bottom() {
        return rbms.get(0);
    }

    /**
     * Returns the undirected RBM.
     *
     * @return the model, that at the bottom if there is no other
     */
    public Rbm top() {
        return rbms.get(rbms.size() - 1);
    }
}
