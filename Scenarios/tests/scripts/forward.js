// The shortest scenario there is: whoever is called is rung; the older form of the published examples.
VoxEngine.forwardCallToUser();
