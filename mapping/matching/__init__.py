"""Where on the road network: the fleet's positions placed on edges, online with a fixed delay and offline at best."""
